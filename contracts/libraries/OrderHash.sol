// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {EfficientHashLib} from "solady/src/utils/EfficientHashLib.sol";
import {Leg, Order} from "../interfaces/IExchange.sol";

/// @notice EIP-712 struct hash of an order.
/// @dev The type of the legs sorts after the order's own: wallets that nest what they sign (ERC-7739) rely on it.
library OrderHash {
    bytes32 internal constant LEG_TYPEHASH = keccak256("OrderLeg(uint128 instrument,int64 ratio)");
    bytes32 internal constant ORDER_TYPEHASH = keccak256(
        "Order(bytes32 account,OrderLeg[] legs,int256 limitPrice,uint256 maxFee,uint128 units,uint128 minFill,uint256 nonce,"
        "uint64 epoch,uint40 expiry,bool reduceOnly,address executor,address taker,uint256 tip,bytes32 tipReceiver,uint128 minSpot,"
        "uint128 maxSpot,bytes32 group,uint128 groupCap)OrderLeg(uint128 instrument,int64 ratio)"
    );

    function hash(Order calldata order) internal pure returns (bytes32) {
        bytes32[] memory legs = new bytes32[](order.legs.length);
        for (uint256 i; i < legs.length; ++i) {
            Leg calldata leg = order.legs[i];
            legs[i] = keccak256(abi.encode(LEG_TYPEHASH, leg.instrument, leg.ratio));
        }
        bytes32 legsHash = EfficientHashLib.hash(legs);
        // In three parts, because one abi.encode of all members is too deep for the stack.
        bytes memory head = abi.encode(
            ORDER_TYPEHASH,
            order.account,
            legsHash,
            order.limitPrice,
            order.maxFee,
            order.units,
            order.minFill,
            order.nonce
        );
        bytes memory middle = abi.encode(
            order.epoch,
            order.expiry,
            order.reduceOnly,
            order.executor,
            order.taker,
            order.tip,
            order.tipReceiver
        );
        bytes memory tail = abi.encode(order.minSpot, order.maxSpot, order.group, order.groupCap);
        return keccak256(bytes.concat(head, middle, tail));
    }
}
