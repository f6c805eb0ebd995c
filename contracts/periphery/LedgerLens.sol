// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Usd, ZERO_USD} from "../types/Usd.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {Portfolio} from "../interfaces/IMarginEngine.sol";

/// @title Ledger lens
/// @notice Many accounts in one call, for audits off chain. Holds nothing; core never imports it.
contract LedgerLens {
    /// @notice Cash and lots of `instruments`, summed over `accounts`: zero over all accounts of the ledger, `CUSTODY` and the
    /// series clearing accounts included (INV-1..3). `positions` counts what they hold, so that an instrument missing in the
    /// list shows. A clearing account has no positions to count: what it is short or long of, accounts still hold.
    function totals(
        IClearinghouse clearinghouse,
        AccountId[] calldata accounts,
        InstrumentId[] calldata instruments
    ) external view returns (Usd cash, int256[] memory lots, uint256 positions, uint256 counted) {
        cash = ZERO_USD;
        lots = new int256[](instruments.length);
        for (uint256 i; i < accounts.length; ++i) {
            Portfolio memory p = clearinghouse.portfolio(accounts[i]);
            cash = cash + p.cash;
            positions += p.positions.length;
            if (accounts[i].isClearing()) _addCleared(clearinghouse, accounts[i], instruments, lots);
            for (uint256 j; j < p.positions.length; ++j) {
                for (uint256 k; k < instruments.length; ++k) {
                    if (!(p.positions[j].instrument() == instruments[k])) continue;
                    lots[k] += p.positions[j].lots();
                    ++counted;
                }
            }
        }
    }

    /// @dev What the series clearing account holds of the instruments.
    function _addCleared(
        IClearinghouse clearinghouse,
        AccountId account,
        InstrumentId[] calldata instruments,
        int256[] memory lots
    ) private view {
        for (uint256 i; i < instruments.length; ++i) {
            lots[i] += clearinghouse.lotsOf(account, instruments[i]);
        }
    }

    /// @notice The accounts as vectors, in the order given.
    function portfolios(
        IClearinghouse clearinghouse,
        AccountId[] calldata accounts
    ) external view returns (Portfolio[] memory vectors) {
        vectors = new Portfolio[](accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            vectors[i] = clearinghouse.portfolio(accounts[i]);
        }
    }
}
