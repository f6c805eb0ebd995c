// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {AccountId, accountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {Bid, IAuction, ILiquidationCallback} from "../interfaces/IAuction.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {Fill, IExchange} from "../interfaces/IExchange.sol";

/// @title Reseller
/// @notice A keeper without capital: takes a slice over and, before its account is checked, sells it to orders that others
/// have signed. Whoever deploys one names its owner, who alone bids with it. It has no rights in the protocol.
/// @dev Everything happens in `ACCOUNT`. Its owner is an operator there: he withdraws the gain, deposits margin for slices
/// that are not sold whole, and trades what was left, all without this contract.
contract Reseller is ILiquidationCallback {
    address public immutable OWNER;
    IClearinghouse public immutable CLEARINGHOUSE;
    IAuction public immutable AUCTION;
    IExchange public immutable EXCHANGE;
    /// @notice The account that takes over: sub-account 0 of this contract.
    AccountId public immutable ACCOUNT;

    /// @dev The auction's own bound counts at mark; here `minProfit` bounds what is left after the sale.
    Usd private constant ANY_REWARD = Usd.wrap(type(int256).min);

    error NotOwner(address caller);
    error NotAuction(address caller);
    /// @notice Takeover and sale together gained `ACCOUNT` less than asked for. Both in USD, 18 decimals.
    error ProfitTooSmall(Usd profit, Usd minProfit);

    constructor(address owner, IClearinghouse clearinghouse, IAuction auction, IExchange exchange) {
        (OWNER, CLEARINGHOUSE, AUCTION, EXCHANGE) = (owner, clearinghouse, auction, exchange);
        ACCOUNT = accountId(address(this), 0);
        clearinghouse.setOperator(ACCOUNT, owner, true);
    }

    modifier onlyOwner() {
        if (msg.sender != OWNER) revert NotOwner(msg.sender);
        _;
    }

    /// @notice Liquidates a slice of `account` and settles `fills` with it in hand.
    /// @param fraction WAD share of the whole vector, clamped down to f_max.
    /// @param fills Orders of `ACCOUNT` in them carry no signature. What an order refuses is left out: name spare ones, reduce-only.
    /// @param minProfit Least gain in equity of `ACCOUNT`, USD with 18 decimals: cash, and at mark what was not sold.
    /// @return profit That gain. Reverts also when what was not sold lacks margin (spec L-11).
    function liquidate(
        AccountId account,
        uint256 fraction,
        Fill[] calldata fills,
        Usd minProfit
    ) external onlyOwner returns (Usd profit) {
        Usd before = _equity();
        AUCTION.liquidate(Bid(account, ACCOUNT, fraction, ANY_REWARD, abi.encode(fills)));
        return _requireProfit(before, minProfit);
    }

    /// @notice The same with the conversion of an over-indebted `account`.
    function convert(AccountId account, Fill[] calldata fills, Usd minProfit) external onlyOwner returns (Usd profit) {
        Usd before = _equity();
        AUCTION.convert(account, ACCOUNT, ANY_REWARD, abi.encode(fills));
        return _requireProfit(before, minProfit);
    }

    /// @inheritdoc ILiquidationCallback
    /// @dev The auction calls back whoever bid, and only the owner bids here: `data` are the fills of the call under way.
    function onLiquidation(AccountId, AccountId, Usd, Usd, bytes calldata data) external {
        if (msg.sender != address(AUCTION)) revert NotAuction(msg.sender);
        // `data` is encoded as the exchange takes it.
        Address.functionCall(address(EXCHANGE), bytes.concat(IExchange.settleAvailable.selector, data));
    }

    /// @dev Of `ACCOUNT`, at marks of now.
    function _equity() private view returns (Usd) {
        return CLEARINGHOUSE.assess(ACCOUNT).equity;
    }

    /// @dev What the account gained since `before`.
    function _requireProfit(Usd before, Usd minProfit) private view returns (Usd profit) {
        profit = _equity() - before;
        if (profit < minProfit) revert ProfitTooSmall(profit, minProfit);
    }
}
