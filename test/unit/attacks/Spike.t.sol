// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev A price pumped for a block can be neither borrowed nor withdrawn against.
contract SpikeTest is Scenes {
    AccountId private _pumper;

    /// @dev Long 50 BTC (2 M) on 300,000.
    function setUp() public override {
        super.setUp();
        _pumper = fund(owner("pumper"), 0, 300_000);
        trade(_pumper, bob, perpetualOf(BTC), 500_000, BTC_SPOT);
    }

    /// @dev After any silence one observation moves the EMA by at most ln 2 / 12 = 5.8 % of the pump; the rest of the paper
    /// gain stays locked. (Two observations within 30 s lock all of it.)
    function testFuzz_withdraw_ofASpikeIsLocked(uint256 quiet, uint256 pump) public {
        skip(bound(quiet, 1, 30 days));
        int256 before = _free();
        pump = bound(pump, 1e18, 20_000e18);
        btcSource.set(BTC_SPOT + pump);
        int256 gain = 50 * int256(pump);
        assertLe(_free() - before, (gain * 58) / 1000, "the spike was withdrawable");
        markets.touch(NO_UNDERLYINGS.with(BTC));
        skip(12);
        assertLe(_free() - before, (gain * 61) / 1000, "and a block later too");
    }

    /// @dev The same without silence: the stored price of a block ago is in the interval.
    function testFuzz_withdraw_ofASpikeAfterAnObservationIsLockedWhole(uint256 pump) public {
        skip(1 hours);
        markets.touch(NO_UNDERLYINGS.with(BTC));
        int256 before = _free();
        skip(12);
        pump = bound(pump, 1e18, 20_000e18);
        btcSource.set(BTC_SPOT + pump);
        assertLe(_free(), before, "nothing of it");
    }

    function test_withdraw_isRefusedAtTheSpike() public {
        skip(1 days);
        btcSource.set(48_000e18); // paper gain 400,000
        vm.prank(_pumper.owner());
        vm.expectRevert();
        vault.withdraw(_pumper, USD, 320_000e6, _pumper.owner(), 0);
    }

    function _free() private view returns (int256) {
        Assessment memory a = assess(_pumper);
        return a.equity.raw() - a.initial.raw();
    }
}
