// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Bid} from "../../../contracts/interfaces/IAuction.sol";
import {Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {SettableSource} from "../../../contracts/mocks/SettableSource.sol";
import {AccountId, clearing} from "../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Options} from "../../fixtures/Options.sol";

/// @notice Three rich accounts and what brings a series to its end.
abstract contract SettlementScene is Options {
    uint256 internal constant WINDOW = 30 minutes;
    /// @dev First expiry, two days from now.
    uint256 internal constant NEAR = 0;

    AccountId internal alice;
    AccountId internal bob;
    AccountId internal carol;
    /// @dev End of the nearest series.
    uint40 internal end;

    function setUp() public virtual override {
        super.setUp();
        alice = fund(owner("alice"), 0, 1_000_000);
        bob = fund(owner("bob"), 0, 1_000_000);
        carol = fund(owner("carol"), 0, 1_000_000);
        end = expiryOf[NEAR];
    }

    /* PRICES */

    function sourceOf(uint8 underlying) internal view returns (SettableSource) {
        return underlying == BTC ? btcSource : ethSource;
    }

    /// @dev At `time` both prices, in whole USD.
    function priceAt(uint256 time, uint256 btc, uint256 eth) internal {
        vm.warp(time);
        btcSource.set(btc * 1e18);
        ethSource.set(eth * 1e18);
    }

    /// @dev The last usable round by `time`. The first one is usable.
    function roundAt(SettableSource source, uint256 time) internal view returns (uint256 id) {
        id = 1;
        while (true) {
            (uint256 next, , uint256 since) = source.next(id, 0);
            if (next == 0 || since > time) return id;
            id = next;
        }
    }

    /// @dev Averages the nearest series as far as it goes now.
    function average(uint8 underlying) internal {
        settlement.average(underlying, end, roundAt(sourceOf(underlying), end - WINDOW), 1000);
    }

    /// @dev Both prices stand still from before the window to its end, and are averaged.
    function finish(uint256 btc, uint256 eth) internal {
        priceAt(end - WINDOW, btc, eth);
        vm.warp(end);
        average(BTC);
        average(ETH);
    }

    /* ACCOUNTS */

    function only(AccountId account) internal pure returns (AccountId[] memory accounts) {
        accounts = new AccountId[](1);
        accounts[0] = account;
    }

    function lots(AccountId account, InstrumentId instrument) internal view returns (int256) {
        return clearinghouse.lotsOf(account, instrument);
    }

    function cash(AccountId account) internal view returns (int256) {
        return clearinghouse.cashOf(account).raw();
    }

    function positionsOf(AccountId account) internal view returns (uint256) {
        return clearinghouse.portfolio(account).positions.length;
    }

    function openInterest(uint8 underlying) internal view returns (uint256) {
        return clearinghouse.snapshot(NO_UNDERLYINGS.with(underlying)).markets[0].openInterest;
    }

    function clearingCash(uint8 underlying) internal view returns (int256) {
        return cash(clearing(underlying, end));
    }

    function rowsOf(InstrumentId instrument) internal view returns (Snapshot memory) {
        InstrumentId[] memory instruments = new InstrumentId[](1);
        instruments[0] = instrument;
        return clearinghouse.matrix(NO_UNDERLYINGS.with(instrument.underlying()), instruments);
    }

    function liquidate(AccountId account, AccountId by, uint256 fraction) internal returns (Usd payment, Usd reward) {
        vm.prank(by.owner());
        return auction.liquidate(Bid(account, by, fraction, Usd.wrap(0), ""));
    }
}
