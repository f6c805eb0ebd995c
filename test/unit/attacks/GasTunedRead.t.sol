// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {PriceStatus, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {SafeRead} from "../../../contracts/libraries/SafeRead.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev Whoever tunes the gas of a transaction cannot make a live price look dead.
contract GasTunedReadTest is Scenes {
    function testFuzz_snapshot_isTheSameForAnyGas(uint256 gas_) public {
        gas_ = bound(gas_, 30_000, 600_000);
        skip(1 hours);
        btcSource.set(41_000e18);
        try markets.snapshot{gas: gas_}(NO_UNDERLYINGS.with(BTC)) returns (Snapshot memory market) {
            assertEq(uint8(market.markets[0].status), uint8(PriceStatus.Live), "a live price died of gas");
            assertEq(market.markets[0].spot, 41_000e18);
        } catch (bytes memory reason) {
            assertTrue(reason.length == 0 || bytes4(reason) == SafeRead.TooLittleGas.selector, "or no answer at all");
        }
    }

    function testFuzz_flag_neverWorksForLackOfGas(uint256 gas_) public {
        gas_ = bound(gas_, 100_000, 900_000);
        (bool ok, ) = address(auction).call{gas: gas_}(abi.encodeCall(auction.flag, (alice)));
        assertFalse(ok, "alice is healthy");
    }
}
