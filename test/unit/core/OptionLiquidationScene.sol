// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Bid, LiquidationState} from "../../../contracts/interfaces/IAuction.sol";
import {Assessment, Portfolio} from "../../../contracts/interfaces/IMarginEngine.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Options} from "../../fixtures/Options.sol";

/// @notice A writer of options in two underlyings and three expiries, near its limit, against a rich buyer.
abstract contract OptionLiquidationScene is Options {
    AccountId internal writer;
    AccountId internal buyer;
    AccountId internal keeper;

    function setUp() public virtual override {
        super.setUp();
        writer = fund(owner("writer"), 0, 60_000);
        buyer = fund(owner("buyer"), 0, 5_000_000);
        keeper = fund(owner("keeper"), 0, 2_000_000);
        trade(buyer, writer, call(BTC, 2, 44_000), 30_000, 2_200e18);
        trade(buyer, writer, put(BTC, 1, 36_000), 10_000, 400e18);
        trade(writer, buyer, call(BTC, 3, 50_000), 10_000, 3_000e18);
        trade(buyer, writer, call(ETH, 2, 3_300), 30_000, 250e18);
        trade(writer, buyer, future(ETH, 1), 10_000, 3_000e18);
        trade(writer, buyer, perpetualOf(BTC), 5_000, BTC_SPOT);
    }

    /// @dev A minute later both prices stand `percent` of where they were; surfaces stay.
    function _prices(uint256 percent) internal {
        skip(1 minutes);
        btcSource.set((BTC_SPOT * percent) / 100);
        ethSource.set((ETH_SPOT * percent) / 100);
    }

    /// @dev Prices rise by two in a hundred at a time until the account may be taken over.
    function _riseUntilLiquidatable(AccountId account) internal {
        for (uint256 percent = 100; percent < 160; percent += 2) {
            _prices(percent);
            if (auction.liquidationState(account).liquidatable) return;
        }
        revert("never below maintenance");
    }

    /// @dev INV-14 for any fraction asked for and any time on the clock, while surfaces are fresh.
    function _assertProportionate(uint256 fraction, uint256 wait) internal {
        auction.flag(writer);
        skip(bound(wait, 0, 50 minutes));
        LiquidationState memory s = auction.liquidationState(writer);
        if (!s.liquidatable || s.assessment.equity.raw() <= 0) return;
        Portfolio memory before = vectorOf(writer);
        liquidate(writer, keeper, bound(fraction, s.minFraction, 1e18));
        (Assessment memory a, Assessment memory b) = (assess(writer), s.assessment);
        assertGe(a.equity.raw() * b.maintenance.raw(), b.equity.raw() * a.maintenance.raw(), "INV-14: E/MM fell");
        int256 target = 11 * b.maintenance.raw();
        for (uint256 i; i < before.positions.length; ++i) {
            int256 held = before.positions[i].lots();
            int256 moved = held - lots(writer, before.positions[i].instrument());
            if (held < 0) (held, moved) = (-held, -moved);
            assertGe(moved, 0);
            assertLe(moved * target, held * (target - 10 * b.equity.raw()), "INV-14: more than f_max");
        }
    }

    function liquidate(AccountId account, AccountId by, uint256 fraction) internal returns (Usd payment, Usd reward) {
        vm.prank(by.owner());
        return auction.liquidate(Bid(account, by, fraction, Usd.wrap(0), ""));
    }

    function equityOf(AccountId account) internal view returns (int256) {
        return assess(account).equity.raw();
    }

    function vectorOf(AccountId account) internal view returns (Portfolio memory) {
        return clearinghouse.portfolio(account);
    }

    function lots(AccountId account, InstrumentId instrument) internal view returns (int256) {
        return clearinghouse.lotsOf(account, instrument);
    }
}
