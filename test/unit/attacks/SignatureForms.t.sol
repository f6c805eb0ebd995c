// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Gateways} from "../../fixtures/Gateways.sol";

/// @dev One signature has one form: 65 bytes, s in the lower half, v 27 or 28. Its other forms are nobody's.
contract SignatureFormsTest is Gateways {
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant FORMS = 7;

    function testFuzz_settle_refusesOtherForms(uint256 form, uint128 units) public {
        Fill memory f = fillOf(keeper, subject, perpetualOf(BTC), uint128(bound(units, 1, 1_000)), BTC_SPOT);
        bytes32 digest = exchange.hashOrder(f.maker);
        bytes memory good = f.makerSignature;
        f.makerSignature = _form(good, form);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, subject, digest));
        settle(f);
        f.makerSignature = good;
        settle(f);
    }

    function testFuzz_action_refusesOtherForms(uint256 form, uint256 action, uint256 nonce) public {
        action = action % ACTIONS;
        uint256[] memory words = wordsOf(action);
        Permission memory p = permit(keyOf[subject.owner()], action, words, nonce, block.timestamp);
        bytes memory data = callOf(action, words, p);
        bytes32 digest = digestOf(action, words, p);
        p.signature = _form(p.signature, form);
        bytes memory refusal = abi.encodeWithSelector(IGateway.BadSignature.selector, subject, digest);
        refuse(relayer, callOf(action, words, p), refusal);
        take(relayer, data);
    }

    /// @dev Any bytes but the right ones.
    function testFuzz_settle_refusesAnyBytes(bytes calldata signature) public {
        vm.assume(signature.length != 0);
        Fill memory f = fillOf(keeper, subject, perpetualOf(BTC), 1, BTC_SPOT);
        vm.assume(keccak256(signature) != keccak256(f.makerSignature));
        f.makerSignature = signature;
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, subject, digest));
        settle(f);
    }

    /// @dev High s with the other v, compact (EIP-2098), v 0 or 1, a byte more, a byte less, and no point of the curve.
    function _form(bytes memory signature, uint256 form) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = (bytes32(0), bytes32(0));
        assembly ("memory-safe") {
            r := mload(add(signature, 32)) // bytes 0..31
            s := mload(add(signature, 64)) // bytes 32..63
        }
        uint8 v = uint8(signature[64]);
        form = form % FORMS;
        if (form == 0) return abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        if (form == 1) return abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
        if (form == 2) return abi.encodePacked(r, s, v - 27);
        if (form == 3) return abi.encodePacked(signature, uint8(0));
        if (form == 4) return abi.encodePacked(r, s);
        if (form == 5) return abi.encodePacked(bytes32(0), s, v);
        return abi.encodePacked(r, bytes32(0), v);
    }
}
