// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, Order} from "../../../contracts/interfaces/IExchange.sol";
import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {AccountId, accountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Gateways} from "../../fixtures/Gateways.sol";

/// @dev The contracts behind the gateway do what it says. A stranger tries every function that could touch an account that is not his,
/// with every signature he can make, alone and in a multicall.
contract ConfusedGatewayTest is Gateways {
    uint256 private constant DOORS = ACTIONS + 6;

    address private stranger;
    uint256 private strangerKey;
    AccountId private own;

    /// @dev He is rich, and has an account of his own with a key, an operator and a signature on all sorts of things.
    function setUp() public override {
        super.setUp();
        stranger = owner("stranger");
        strangerKey = keyOf[stranger];
        own = fund(stranger, 0, 1_000_000);
        usdc.mint(stranger, 1_000_000e6);
        vm.startPrank(stranger);
        usdc.approve(address(gateway), type(uint256).max);
        clearinghouse.setOperator(own, address(gateway), true);
        vm.stopPrank();
    }

    function testFuzz_gateway_doesNothingForAStranger(uint256 door, uint256 form, uint256 nonce, bool inside) public {
        bool skips = door % DOORS == ACTIONS + 3; // `settleAvailable` leaves out what it refuses
        bytes memory data = _call(door % DOORS, _permission(form, door % DOORS, nonce));
        if (inside) {
            bytes[] memory calls = new bytes[](1);
            calls[0] = data;
            data = abi.encodeCall(gateway.multicall, (calls));
        }
        bytes32 before = _state();
        vm.prank(stranger);
        (bool ok, bytes memory answer) = address(gateway).call(data);
        assertEq(ok, skips, "the gateway took a stranger's word");
        assertGt(answer.length, 3, "refused with a named error");
        assertEq(_state(), before, "something changed");
    }

    /// @dev The gateway as owner or counterparty: nobody acts for its own accounts either.
    function testFuzz_gateway_hasNoAccountOfItsOwn(uint256 action, uint96 subId) public {
        action = action % ACTIONS;
        subject = accountId(address(gateway), subId);
        bytes memory data = callOf(action, wordsOf(action), unsigned());
        refuse(stranger, data, abi.encodeWithSelector(IGateway.NotAuthorized.selector, subject, stranger));
        Permission memory p = permit(strangerKey, action, wordsOf(action), 0, block.timestamp);
        bytes32 digest = digestOf(action, wordsOf(action), p);
        bytes memory refusal = abi.encodeWithSelector(IGateway.BadSignature.selector, subject, digest);
        refuse(stranger, callOf(action, wordsOf(action), p), refusal);
    }

    /// @dev System accounts have owner 0, whom nobody can be: a broken signature, which recovers to 0, does not stand for him.
    function testFuzz_gateway_doesNothingForSystemAccounts(
        uint256 action,
        uint96 subId,
        bytes calldata signature
    ) public {
        action = action % ACTIONS;
        subject = accountId(address(0), subId);
        Permission memory p = Permission(0, block.timestamp, signature);
        vm.prank(stranger);
        (bool ok, bytes memory answer) = address(gateway).call(callOf(action, wordsOf(action), p));
        assertFalse(ok);
        bool isUnsigned = signature.length == 0;
        assertEq(bytes4(answer), isUnsigned ? IGateway.NotAuthorized.selector : IGateway.BadSignature.selector);
    }

    /// @dev The actions, three ways to deposit, two to settle, and what is his own into the subject.
    function _call(uint256 door, Permission memory p) private returns (bytes memory) {
        if (door < ACTIONS) return callOf(door, wordsOf(door), p);
        if (door == ACTIONS) return abi.encodeCall(IGateway.deposit, (subject, USD, 1e6));
        if (door == ACTIONS + 1) {
            return abi.encodeCall(IGateway.depositWithPermit, (subject, USD, 1e6, 0, 27, bytes32(0), bytes32(0)));
        }
        if (door == ACTIONS + 2) return abi.encodeCall(IGateway.depositWithPermit2, (subject, USD, 1e6, stranger, p));
        if (door == ACTIONS + 3) return abi.encodeCall(IGateway.settleAvailable, (_fills(p.signature)));
        if (door == ACTIONS + 4) return abi.encodeCall(IGateway.settle, (_fills(p.signature)));
        return abi.encodeCall(IGateway.transfer, (own, subject, usd(1), legsOf(perpetualOf(BTC), 1), unsigned()));
    }

    /// @dev The subject gives 1,000 lots away.
    function _fills(bytes memory signature) private returns (Fill[] memory fills) {
        fills = new Fill[](1);
        Order memory maker = orderOf(subject, perpetualOf(BTC), 1, 1_000, 2 * BTC_SPOT);
        Order memory taker = orderOf(own, perpetualOf(BTC), -1, 1_000, 2 * BTC_SPOT);
        fills[0] = Fill(maker, signature, taker, "", 1_000);
    }

    /// @dev None; his own; his own of another thing; the bytes of nothing.
    function _permission(uint256 form, uint256 door, uint256 nonce) private view returns (Permission memory p) {
        uint256 action = door % ACTIONS;
        form = form % 4;
        if (form == 0) return Permission(nonce, block.timestamp, "");
        if (form == 1) return permit(strangerKey, action, wordsOf(action), nonce, block.timestamp);
        if (form == 2) {
            uint256 other = (action + 1) % ACTIONS;
            return permit(strangerKey, other, wordsOf(other), nonce, block.timestamp);
        }
        return Permission(nonce, block.timestamp, new bytes(65));
    }

    /// @dev All that a function of the gateway could change of the subject's.
    function _state() private view returns (bytes32) {
        bytes memory rights = abi.encode(
            clearinghouse.isOperator(subject, named),
            clearinghouse.isOperator(subject, dismissed),
            gateway.receiverValidFrom(subject, named),
            exchange.mayCancel(subject, named),
            exchange.mayCancel(subject, stranger),
            clearinghouse.isAuthorized(subject, stranger)
        );
        bytes memory orders = abi.encode(
            exchange.epochOf(subject),
            exchange.filled(subject, ORDER_NONCE),
            exchange.groupFilled(subject, GROUP),
            gateway.isNonceUsed(subject, subject.owner(), 0)
        );
        bytes memory money = abi.encode(clearinghouse.portfolio(subject), usdc.balanceOf(subject.owner()));
        return keccak256(bytes.concat(rights, orders, money));
    }
}
