// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ILiquidationCallback} from "../interfaces/IAuction.sol";
import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {Scripted} from "./Scripted.sol";

/// @notice A keeper contract that plays its script inside the liquidation callback.
contract CallbackKeeper is Scripted, ILiquidationCallback {
    /// @notice What the last callback said.
    AccountId public account;
    AccountId public keeper;
    Usd public value;
    Usd public payment;
    bytes public data;

    /// @inheritdoc ILiquidationCallback
    function onLiquidation(
        AccountId account_,
        AccountId keeper_,
        Usd value_,
        Usd payment_,
        bytes calldata data_
    ) external {
        (account, keeper, value, payment, data) = (account_, keeper_, value_, payment_, data_);
        _play();
    }
}
