// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAggregatorV3} from "../../contracts/interfaces/external/IAggregatorV3.sol";
import {Bid} from "../../contracts/interfaces/IAuction.sol";
import {Leg} from "../../contracts/interfaces/IExchange.sol";
import {Mode} from "../../contracts/interfaces/IMarginEngine.sol";
import {Limits, RiskParameters} from "../../contracts/interfaces/IMarkets.sol";
import {ExpiryQuote} from "../../contracts/interfaces/ISurfaces.sol";
import {MAX_POSITIONS, Parameters} from "../../contracts/libraries/Parameters.sol";
import {MockAggregator} from "../../contracts/mocks/MockAggregator.sol";
import {ChainlinkConfig, ChainlinkSource} from "../../contracts/oracles/ChainlinkSource.sol";
import {AccountId} from "../../contracts/types/AccountId.sol";
import {InstrumentId, instrumentId, Kind, perpetualOf} from "../../contracts/types/InstrumentId.sol";
import {UnderlyingSet} from "../../contracts/types/UnderlyingSet.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {Options} from "../fixtures/Options.sol";
import {LISTED_VOLATILITY, still} from "../fixtures/StillRange.sol";

/// @notice An account with all its positions in options, each on a strike of its own, over several underlyings behind Chainlink
/// feeds and over the twelve expiries that one of them can have, and a keeper that holds nothing but dollars.
abstract contract LiquidationScene is Options {
    uint256 private constant GRID = 12;
    uint64 private constant LOT = 1e15;
    uint128 private constant LOTS = 1_000;
    uint256 private constant LEGS = 16;
    /// @dev USD with 8 decimals, as the feeds answer.
    int256 private constant ANSWER = 2_000e8;

    AccountId internal account;
    AccountId internal keeper;
    AccountId private _maker;
    uint8[] internal listed;
    uint40[] private _expiries;
    MockAggregator[] private _feeds;
    InstrumentId[] internal held;

    /// @param underlyings Over how many the options are spread.
    function _build(uint256 underlyings) internal {
        account = fund(owner("short"), 0, 400_000_000);
        _maker = fund(owner("maker"), 0, 400_000_000);
        keeper = fund(owner("keeper"), 0, 400_000_000);
        uint40 today = uint40(block.timestamp - (block.timestamp % 1 days) + 8 hours);
        for (uint40 i; i < GRID; ++i) _expiries.push(today + (2 + 7 * i) * 1 days);
        for (uint256 i; i < underlyings; ++i) _listOne();
        vm.prank(account.owner());
        clearinghouse.setMode(account, _mode());
        _open();
        _payOutWhatIsFree();
        _ruin();
    }

    /// @dev Of the account that is taken over.
    function _mode() internal pure virtual returns (Mode) {
        return Mode.Portfolio;
    }

    function _listOne() private {
        MockAggregator feed = new MockAggregator(8, 1, 1e16, address(0));
        feed.push(ANSWER);
        ChainlinkConfig memory config = ChainlinkConfig({
            feed: IAggregatorV3(address(feed)),
            sequencer: IAggregatorV3(address(0)),
            stalenessSeconds: 3 days,
            graceSeconds: 0,
            confidence: 0.002e18,
            minAnswer: 0,
            maxAnswer: 0
        });
        address source = address(new ChainlinkSource(config));
        RiskParameters memory risk = still(80_000, 5_000, 500_000, 100_000);
        uint8 u = markets.list("X", source, 18, false, LOT, LISTED_VOLATILITY, risk, Limits(1e12, 0, 2e6, 1_000_000e6));
        series.setRiskTerms(u, defaultTerms());
        ExpiryQuote[] memory quotes = new ExpiryQuote[](GRID);
        for (uint256 i; i < GRID; ++i) quotes[i] = quoteOf(_expiries[i], 0.8e18);
        surfaces.setSurface(u, block.timestamp, 1e8 ether, quotes);
        listed.push(u);
        _feeds.push(feed);
    }

    /// @dev All sold by `account`.
    function _open() internal virtual {
        _writeOptions();
    }

    /// @dev One perpetual of each underlying.
    function _sellPerpetuals() internal {
        for (uint256 i; i < listed.length; ++i) held.push(perpetualOf(listed[i]));
        _sell(2e18); // 2,000 USD a unit
    }

    /// @dev Options by turns on each underlying and each expiry, every second one a put.
    function _writeOptions() private {
        uint256 count = _mostPositions(listed.length);
        for (uint256 i; i < count; ++i) {
            uint256 n = i / listed.length;
            uint64 strike = uint64((1_800 + 20 * (n / GRID)) * 1e8);
            Kind kind = i % 16 == 1 ? Kind.Put : Kind.Call;
            held.push(instrumentId(listed[i % listed.length], _expiries[n % GRID], strike, kind));
        }
        _sell(0.25e18);
    }

    /// @param price USD a lot.
    function _sell(int256 price) private {
        for (uint256 i; i < held.length; i += LEGS) {
            Leg[] memory legs = new Leg[](i + LEGS < held.length ? LEGS : held.length - i);
            for (uint256 j; j < legs.length; ++j) legs[j] = Leg(held[i + j], 1);
            tradeStructure(_maker, account, legs, LOTS, price * int256(legs.length));
        }
    }

    /// @dev Of an account that holds options on `underlyings`.
    function _mostPositions(uint256 underlyings) private pure returns (uint256) {
        uint256 room = Parameters.ACCOUNT_ROOM;
        room -= underlyings * (Parameters.UNDERLYING_ROOM + Parameters.DATED_ROOM);
        return room < MAX_POSITIONS ? room : MAX_POSITIONS;
    }

    function _payOutWhatIsFree() private {
        int256 free = assess(account).equity.raw() - assess(account).initial.raw();
        vm.prank(account.owner());
        vault.withdraw(account, USD, uint256(free) / 1e12 - 1_000e6, account.owner(), 0);
    }

    /// @dev A minute later all prices stand `millionths` higher.
    function _move(int256 millionths) private {
        skip(1 minutes);
        for (uint256 i; i < _feeds.length; ++i) _feeds[i].push((ANSWER * (1e6 + millionths)) / 1e6);
    }

    /// @dev Prices rise until the account is insolvent.
    function _ruin() private {
        for (int256 rise = 20_000; assess(account).equity.raw() >= 0; rise += 20_000) _move(rise);
    }

    function _set() internal view returns (UnderlyingSet set) {
        for (uint256 i; i < listed.length; ++i) set = set.with(listed[i]);
    }

    /// @dev Gas of the transaction: the call, and 21,000 with 16 for each byte of a bid.
    function _liquidate(uint256 fraction) internal returns (uint256 gas) {
        Bid memory bid = Bid(account, keeper, fraction, Usd.wrap(-1e30), "");
        vm.prank(keeper.owner());
        uint256 start = gasleft();
        auction.liquidate(bid);
        gas = start - gasleft() + 21_000 + 16 * (4 + abi.encode(bid).length);
    }

    function _record(string memory what, uint256 gas, uint256 limit) internal {
        string memory name = string.concat(what, " of ", vm.toString(listed.length), " underlyings");
        emit log_named_uint(name, gas);
        assertLt(gas, limit, name);
    }
}
