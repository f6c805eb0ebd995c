// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IMarginEngine, Mode, Portfolio} from "../../../contracts/interfaces/IMarginEngine.sol";
import {InstrumentId, instrumentId, Kind} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Position, position} from "../../../contracts/types/Position.sol";
import {ZERO_USD} from "../../../contracts/types/Usd.sol";
import {Books} from "../../fixtures/Books.sol";

/// @dev The engine takes any vector in its public views: what is no instrument is refused, whatever stands beside it.
contract EngineRefusalsTest is Books {
    uint64 private constant STRIKE = 40_000e8;

    /// @dev In a market that knows the strike, so that nothing but the instrument can be at fault.
    function assess(InstrumentId[] memory instruments) external view {
        Position[] memory listed = new Position[](1);
        listed[0] = position(instrumentId(BTC, expiryOf[0], STRIKE, Kind.Call), 1);
        Position[] memory p = new Position[](instruments.length);
        for (uint256 i; i < p.length; ++i) {
            p[i] = position(instruments[i], 1);
        }
        engine.assess(Portfolio(Mode.Cross, ZERO_USD, p), matrixOf(listed), NO_UNDERLYINGS);
    }

    function _refuses(bytes4 selector, InstrumentId wrong) private {
        InstrumentId[] memory alone = new InstrumentId[](1);
        alone[0] = wrong;
        vm.expectRevert(abi.encodeWithSelector(selector, wrong));
        this.assess(alone);
        InstrumentId[] memory beside = new InstrumentId[](4);
        beside[0] = instrumentId(BTC, expiryOf[0], STRIKE, Kind.Put);
        beside[1] = wrong;
        beside[2] = instrumentId(BTC, expiryOf[0], 0, Kind.Future);
        beside[3] = instrumentId(BTC, 0, 0, Kind.Perpetual);
        vm.expectRevert(abi.encodeWithSelector(selector, wrong));
        this.assess(beside);
    }

    function test_assess_refusesFuturesWithAStrike() public {
        _refuses(IMarginEngine.UnsupportedInstrument.selector, instrumentId(BTC, expiryOf[0], STRIKE, Kind.Future));
    }

    function test_assess_refusesSpotAndPerpetualsWithAStrikeOrAnExpiry() public {
        Kind[2] memory kinds = [Kind.Spot, Kind.Perpetual];
        for (uint256 i; i < kinds.length; ++i) {
            bytes4 selector = IMarginEngine.UnsupportedInstrument.selector;
            _refuses(selector, instrumentId(BTC, 0, STRIKE, kinds[i]));
            _refuses(selector, instrumentId(BTC, expiryOf[0], 0, kinds[i]));
            _refuses(selector, instrumentId(BTC, expiryOf[0], STRIKE, kinds[i]));
            _refuses(selector, instrumentId(BTC, expiryOf[0] + 1, 0, kinds[i]));
        }
    }

    function test_assess_refusesWhatTheSnapshotHasNoRowFor() public {
        bytes4 selector = IMarginEngine.MissingSeries.selector;
        _refuses(selector, instrumentId(BTC, expiryOf[1], STRIKE, Kind.Call));
        _refuses(selector, instrumentId(BTC, expiryOf[0], STRIKE - 1, Kind.Put));
        _refuses(selector, instrumentId(BTC, expiryOf[0], STRIKE + 1, Kind.Call));
        _refuses(selector, instrumentId(BTC, expiryOf[0], 0, Kind.Call));
        _refuses(selector, instrumentId(BTC, 0, STRIKE, Kind.Call));
    }
}
