// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {Assessment} from "../interfaces/IMarginEngine.sol";

/// @title Margin calls
/// @notice Puts on record that accounts have less than initial margin, for wallets and watchers that follow events. Anyone may
/// call; it holds nothing, and nothing follows from it in the protocol.
contract MarginCalls {
    /// @notice `account` needs at least `initial - equity` for new risk and for withdrawals (more where open interest is high);
    /// below `maintenance` it is sold in slices.
    event MarginCalled(AccountId indexed account, Usd equity, Usd initial, Usd maintenance);
    /// @notice The account has its initial margin: there is nothing to call.
    error NothingToCall(AccountId account, Usd equity, Usd initial);

    IClearinghouse public immutable CLEARINGHOUSE;

    constructor(IClearinghouse clearinghouse) {
        CLEARINGHOUSE = clearinghouse;
    }

    /// @notice Emits `MarginCalled` with the requirements of this block.
    function call(AccountId account) external {
        Assessment memory a = CLEARINGHOUSE.assess(account);
        if (a.equity >= a.initial) revert NothingToCall(account, a.equity, a.initial);
        emit MarginCalled(account, a.equity, a.initial, a.maintenance);
    }
}
