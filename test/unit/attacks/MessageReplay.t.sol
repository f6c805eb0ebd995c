// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {Gateway} from "../../../contracts/core/Gateway.sol";
import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {IPermit2} from "../../../contracts/interfaces/external/IPermit2.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Gateways} from "../../fixtures/Gateways.sol";

/// @dev A signed action holds on one chain, at one gateway, for one account, and is neither an order nor one's action.
contract MessageReplayTest is Gateways {
    function testFuzz_action_onAnotherChainIsRefused(uint256 action, uint64 chain) public {
        vm.assume(chain != block.chainid && chain != 0);
        action = action % ACTIONS;
        Permission memory p = _permit(action);
        vm.chainId(chain);
        _assertBad(gateway, action, p);
    }

    /// @dev A second gateway of the same protocol, wired as a module.
    function testFuzz_action_atAnotherGatewayIsRefused(uint256 action) public {
        action = action % ACTIONS;
        bytes memory arguments = abi.encode(clearinghouse, vault, exchange, IPermit2(PERMIT2_ADDRESS));
        Gateway other = Gateway(deployCode("Gateway", arguments));
        clearinghouse.scheduleModule(address(other), true);
        skip(15 days);
        btcSource.set(BTC_SPOT);
        clearinghouse.activateModule(address(other), true);
        Permission memory p = _permit(action);
        _assertBad(other, action, p);
        take(relayer, callOf(action, wordsOf(action), p));
    }

    function testFuzz_action_forAnotherAccountOfTheOwnerIsRefused(uint256 action, uint96 subId) public {
        vm.assume(subId != 0);
        action = action % ACTIONS;
        Permission memory p = _permit(action);
        subject = sub(subject.owner(), subId);
        _assertBad(gateway, action, p);
    }

    /// @dev The signature of an order, or any other 32 bytes that the owner signed, is no action.
    function testFuzz_action_withTheSignatureOfAnOrderIsRefused(uint256 action, uint128 units) public {
        action = action % ACTIONS;
        Fill memory f = fillOf(keeper, subject, perpetualOf(BTC), uint128(bound(units, 1, 1e9)), BTC_SPOT);
        Permission memory p = Permission(f.maker.nonce, f.maker.expiry, f.makerSignature);
        _assertBad(gateway, action, p);
    }

    /// @dev And no order is signed by the signature of an action.
    function testFuzz_settle_withTheSignatureOfAnActionIsRefused(uint256 action) public {
        action = action % ACTIONS;
        Fill memory f = fillOf(keeper, subject, perpetualOf(BTC), 1, BTC_SPOT);
        f.makerSignature = _permit(action).signature;
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, subject, digest));
        settle(f);
    }

    /// @dev Nor is it good for another's account, of which the signer is a stranger.
    function testFuzz_action_ofAnotherOwnerIsRefused(uint256 action) public {
        action = action % ACTIONS;
        AccountId own = subject;
        subject = keeper;
        uint256[] memory words = wordsOf(action);
        Permission memory p = permit(keyOf[own.owner()], action, words, 0, block.timestamp);
        _assertBad(gateway, action, p);
    }

    function _permit(uint256 action) private view returns (Permission memory) {
        return permit(keyOf[subject.owner()], action, wordsOf(action), 0, type(uint256).max);
    }

    /// @dev Refused as nobody's signature; nothing is done, and the nonce is still there.
    function _assertBad(Gateway target, uint256 action, Permission memory p) private {
        vm.prank(relayer);
        (bool ok, bytes memory answer) = address(target).call(callOf(action, wordsOf(action), p));
        assertFalse(ok, "taken");
        assertEq(bytes4(answer), IGateway.BadSignature.selector);
        assertFalse(target.isNonceUsed(subject, subject.owner(), p.nonce), "the nonce is used");
    }
}
