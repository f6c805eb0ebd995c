// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LiquidationState} from "../../../contracts/interfaces/IAuction.sol";
import {Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {Claim} from "../../../contracts/interfaces/IVault.sol";
import {MockToken} from "../../../contracts/mocks/MockToken.sol";
import {
    AccountId,
    accountId,
    clearing,
    compartment,
    CUSTODY,
    FEES,
    HOLE,
    QUEUE
} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf, spotOf} from "../../../contracts/types/InstrumentId.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {UnderlyingSet} from "../../../contracts/types/UnderlyingSet.sol";
import {World} from "./World.sol";

/// @notice Claims on the state as a whole (INV-1, 2, 3, 8).
abstract contract SystemState is World {
    /// @dev INV-1. Every dollar of an account is matched in CUSTODY, which owes exactly what came in less what went out.
    function _checkCash() internal view {
        int256 sum = _cash(CUSTODY);
        AccountId[] memory holders = _holders();
        for (uint256 i; i < holders.length; ++i) {
            sum += _cash(holders[i]);
        }
        assertEq(sum + _clearingCash(), 0, "INV-1: sum of cash");
        assertEq(-_cash(CUSTODY), int256(paidIn[USD] - paidOut[USD]) * 1e12, "INV-1: CUSTODY against the ghost total");
        uint256 tokens = usdc.balanceOf(address(vault));
        assertEq(tokens, paidIn[USD] - paidOut[USD] + donated[USD], "INV-1: tokens against the ghost total");
        assertLe(uint256(-_cash(CUSTODY)), tokens * 1e12, "INV-1: owes more than it holds");
        assertEq(_cash(QUEUE), int256(_claimed(USD)) * 1e12, "INV-1: the queue holds what its claims ask");
    }

    /// @dev Of the series, each once: the first instrument of one counts it. Dust of settlement stays with them.
    function _clearingCash() private view returns (int256 sum) {
        for (uint256 i; i < dated.length; ++i) {
            bool isFirst = true;
            for (uint256 j; j < i && isFirst; ++j) isFirst = dated[j].series() != dated[i].series();
            if (isFirst) sum += _cash(clearing(uint8(dated[i].underlying()), dated[i].expiry()));
        }
    }

    /// @dev INV-2. Long and short lots of every instrument cancel, and open interest is the long side.
    function _checkDerivatives() internal view {
        Snapshot memory market = clearinghouse.snapshot(UnderlyingSet.wrap(6));
        (int256[3] memory longs, int256[] memory sums) = _datedLots();
        for (uint256 i; i < sums.length; ++i) assertEq(sums[i], 0, "INV-2: sum of dated lots");
        for (uint8 u = BTC; u <= ETH; ++u) {
            (int256 sum, int256 long) = _sumOf(perpetualOf(u));
            assertEq(sum, 0, "INV-2: sum of lots");
            assertEq(market.markets[u - 1].openInterest, uint256(long + longs[u]), "INV-2: open interest");
        }
    }

    /// @dev Long lots per underlying, and all lots per dated instrument with those of its clearing account.
    function _datedLots() private view returns (int256[3] memory longs, int256[] memory sums) {
        sums = new int256[](dated.length);
        for (uint256 i; i < sums.length; ++i) {
            sums[i] = _lots(clearing(uint8(dated[i].underlying()), dated[i].expiry()), dated[i]);
        }
        AccountId[] memory holders = _holders();
        for (uint256 i; i < holders.length; ++i) {
            Position[] memory held = clearinghouse.portfolio(holders[i]).positions;
            for (uint256 j; j < held.length; ++j) {
                if (held[j].instrument().expiry() == 0) continue;
                int256 lots = held[j].lots();
                sums[datedNumber[held[j].instrument()] - 1] += lots;
                if (lots > 0) longs[held[j].instrument().underlying()] += lots;
            }
        }
    }

    /// @dev INV-3. The same as INV-1 for each collateral token.
    function _checkCollateral() internal view {
        for (uint8 u = BTC; u <= ETH; ++u) {
            (int256 sum, ) = _sumOf(spotOf(u));
            int256 owed = -_lots(CUSTODY, spotOf(u));
            assertEq(sum, owed, "INV-3: sum of lots");
            assertEq(owed, int256(paidIn[u] - paidOut[u]), "INV-3: CUSTODY against the ghost total");
            uint256 tokens = MockToken(vault.tokenOf(u)).balanceOf(address(vault));
            assertEq(tokens, uint256(owed) + donated[u], "INV-3: tokens against the ghost total");
            assertEq(_lots(QUEUE, spotOf(u)), int256(_claimed(u)), "INV-3: the queue holds what its claims ask");
        }
    }

    /// @dev INV-8. Whatever the feeds do, everything is valued, and what is unhealthy can be flagged.
    function _checkValuation() internal {
        markets.snapshot(UnderlyingSet.wrap(6));
        vault.withdrawalRatio();
        for (uint256 i; i < all.length; ++i) {
            _settleNow(all[i]);
            LiquidationState memory state = auction.liquidationState(all[i]);
            int256 atGoodEnd = state.assessment.equity.raw() + state.assessment.goodEnd.raw();
            bool unhealthy = atGoodEnd < state.assessment.maintenance.raw();
            assertEq(state.liquidatable, unhealthy, "INV-8: liquidatable iff below maintenance at the good end");
            if (unhealthy) auction.flag(all[i]);
        }
        markets.touch(UnderlyingSet.wrap(6));
    }

    /// @dev Everyone who can hold something, CUSTODY aside.
    function _holders() private view returns (AccountId[] memory holders) {
        holders = new AccountId[](all.length + 7);
        uint256 n;
        for (; n < all.length; ++n) {
            holders[n] = all[n];
        }
        for (uint8 u; u <= ETH; ++u) {
            holders[n++] = compartment(u);
        }
        (holders[n], holders[n + 1], holders[n + 2]) = (FEES, HOLE, QUEUE);
        holders[n + 3] = accountId(address(this), 0); // tips
    }

    function _sumOf(InstrumentId instrument) private view returns (int256 sum, int256 long) {
        AccountId[] memory holders = _holders();
        for (uint256 i; i < holders.length; ++i) {
            int256 lots = _lots(holders[i], instrument);
            sum += lots;
            if (lots > 0) long += lots;
        }
    }

    function _claimed(uint8 asset) private view returns (uint256 sum) {
        uint256 count = vault.claimCount();
        for (uint256 id = 1; id <= count; ++id) {
            Claim memory c = vault.claims(id);
            if (c.asset == asset) sum += c.amount;
        }
    }
}
