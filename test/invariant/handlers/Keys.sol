// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange, SessionKey} from "../../../contracts/interfaces/IExchange.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {UnderlyingSet} from "../../../contracts/types/UnderlyingSet.sol";
import {Owners} from "./Owners.sol";

/// @notice What a bot does with a session key that every borrower gave it.
abstract contract Keys is Owners {
    uint128 private constant DAILY_LOSS = 300e18;

    address private bot;
    uint256 private botKey;

    function _registerKeys(uint256 trades) internal {
        (bot, botKey) = makeAddrAndKey("bot");
        SessionKey memory terms = SessionKey(type(uint40).max, 31, DAILY_LOSS, UnderlyingSet.wrap(6));
        for (uint256 i; i < BORROWERS; ++i) {
            vm.prank(all[i].owner());
            exchange.setSessionKey(all[i], bot, terms);
        }
        _register("tradeByKey", tradeByKey, trades);
        bytes4[7] memory refusals_ = [
            IClearinghouse.InsufficientMargin.selector,
            IClearinghouse.SettledCashTooLow.selector,
            IClearinghouse.AccountReduceOnly.selector,
            IClearinghouse.IsolatedAccount.selector,
            IClearinghouse.NewRiskRefused.selector,
            IExchange.LossAboveBudget.selector,
            IExchange.MarkNotLive.selector
        ];
        for (uint256 i; i < refusals_.length; ++i) _expect("tradeByKey", refusals_[i]);
    }

    /// @dev The bot buys for a borrower from the house, up to 2 % above mark or below. Its account loses no more than is counted, and
    /// what is counted stays within the budget.
    function tradeByKey(uint256 seed) internal {
        AccountId account = _borrower(seed);
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        uint256 offer = (_mark(u) * _pick(seed, "beside", 0.98e18, 1.02e18)) / 1e18;
        Fill[] memory fills = new Fill[](1);
        fills[0] = fillOf(account, house, perpetualOf(u), uint128(_pick(seed, "lots", 1, 500)), offer);
        fills[0].takerSignature = _signature(botKey, exchange.hashOrder(fills[0].taker));
        _settleNow(account); // or else what it was worth changes by another rounding
        (, uint256 spent) = exchange.sessionKey(account, bot);
        int256 before = _see(account).equity;
        if (!_settleAndClaim("tradeByKey", seed, [account, house], fills)) return;
        (, uint256 spentAfter) = exchange.sessionKey(account, bot);
        int256 lost = before - _see(account).equity;
        _claim(0, spentAfter <= DAILY_LOSS, "a session key lost more than its budget");
        _claim(0, lost <= int256(spentAfter - spent) + 2, "a session key lost more than was counted");
    }
}
