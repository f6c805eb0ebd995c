// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange, SessionKey} from "../../../contracts/interfaces/IExchange.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {SessionKeys} from "../../fixtures/SessionKeys.sol";

/// @dev A batch is under way when one of its makers cancels: mined first, the cancellation holds, and costs the others nothing.
contract CancelRaceTest is SessionKeys {
    uint256 private constant WAYS = 4;

    /// @dev The matcher batches so that it loses the cancelled fill only.
    function testFuzz_settleAvailable_leavesOutWhatWasCancelled(uint256 way) public {
        Fill[] memory fills = _batch();
        bytes memory refusal = _void(fills[1], way % WAYS);
        vm.expectEmit(address(exchange));
        emit IExchange.Skipped(1, refusal);
        assertEq(exchange.settleAvailable(fills), 2);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 20);
    }

    /// @dev All or nothing: it loses the whole.
    function testFuzz_settle_revertsWithWhatWasCancelled(uint256 way) public {
        Fill[] memory fills = _batch();
        bytes memory refusal = _void(fills[1], way % WAYS);
        vm.expectRevert(refusal);
        exchange.settle(fills);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 0);
    }

    /// @dev What was filled before stays; what was left of it does not fill.
    function testFuzz_cancel_endsWhatIsLeft(uint256 way, uint128 units) public {
        Fill[] memory fills = _batch();
        Fill memory f = fills[1];
        f.units = uint128(bound(units, 1, 9));
        settle(f);
        bytes memory refusal = _void(f, way % WAYS);
        uint128 before = f.units;
        f.units = 1;
        vm.expectRevert(refusal);
        settle(f);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), int256(uint256(before)));
    }

    /// @dev The executor was first: the cancellation takes nothing back.
    function testFuzz_cancel_afterTheBatchChangesNothing(uint256 way) public {
        Fill[] memory fills = _batch();
        exchange.settle(fills);
        _void(fills[1], way % WAYS);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 30);
    }

    /// @dev By nonce, by group, by epoch, or by revoking the key that signed. @return refusal Of the order from then on.
    function _void(Fill memory f, uint256 way) private returns (bytes memory refusal) {
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.startPrank(alice.owner());
        if (way == 0) {
            uint256[] memory nonces = new uint256[](1);
            nonces[0] = f.maker.nonce;
            exchange.cancel(alice, nonces);
        } else if (way == 1) {
            bytes32[] memory groups = new bytes32[](1);
            groups[0] = f.maker.group;
            exchange.cancelGroups(alice, groups);
        } else if (way == 2) {
            exchange.cancelAll(alice);
        } else {
            SessionKey memory none;
            exchange.setSessionKey(alice, bot, none);
        }
        vm.stopPrank();
        if (way < 2) return abi.encodeWithSelector(IExchange.OrderCancelled.selector, digest);
        if (way == 3) return abi.encodeWithSelector(IExchange.BadSignature.selector, alice, digest);
        return abi.encodeWithSelector(IExchange.WrongEpoch.selector, digest, uint64(0), uint64(1));
    }

    /// @dev Three sales of 10 lots to the keeper; the second is alice's, signed by her bot, in a group.
    function _batch() private returns (Fill[] memory fills) {
        grant(alice, openTerms());
        fills = new Fill[](3);
        for (uint256 i; i < 3; ++i) fills[i] = fillOf(keeper, i == 1 ? alice : bob, perpetualOf(BTC), 10, BTC_SPOT);
        (fills[1].maker.group, fills[1].maker.groupCap) = ("wings", 100);
        fills[1].makerSignature = signWith(botKey, fills[1].maker);
    }
}
