// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Exchange} from "../../../contracts/core/Exchange.sol";
import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev A signature holds on one chain, in one contract, for one account, and no more often than it says.
contract OrderReplayTest is Scenes {
    function testFuzz_settle_onAnotherChainIsRefused(uint64 chain) public {
        vm.assume(chain != block.chainid && chain != 0);
        Fill memory f = _fill();
        vm.chainId(chain);
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, f.maker.account, digest));
        settle(f);
    }

    /// @dev A second exchange of the same protocol, wired as a module.
    function test_settle_inAnotherContractIsRefused() public {
        Fill[] memory fills = new Fill[](1);
        fills[0] = _fill();
        Exchange other = Exchange(deployCode("Exchange", abi.encode(clearinghouse)));
        clearinghouse.scheduleModule(address(other), true);
        skip(15 days);
        clearinghouse.activateModule(address(other), true);
        bytes32 digest = other.hashOrder(fills[0].maker);
        assertTrue(digest != exchange.hashOrder(fills[0].maker), "the contract is in the digest");
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, fills[0].maker.account, digest));
        other.settle(fills);
    }

    function test_settle_twiceIsRefused() public {
        Fill memory f = _fill();
        settle(f);
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.OverFilled.selector, digest, uint256(10), uint256(0)));
        settle(f);
    }

    function testFuzz_settle_forAnotherAccountOfTheOwnerIsRefused(uint96 subId) public {
        vm.assume(subId != 0);
        Fill memory f = _fill();
        f.maker.account = sub(bob.owner(), subId);
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, f.maker.account, digest));
        settle(f);
    }

    /// @dev The high-s twin of a signature is refused, and would not fill twice anyway: fills count per nonce.
    function test_settle_withTheOtherSIsRefused() public {
        Fill memory f = _fill();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keyOf[bob.owner()], exchange.hashOrder(f.maker));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        f.makerSignature = abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, bob, digest));
        settle(f);
    }

    function _fill() private returns (Fill memory) {
        return fillOf(keeper, bob, perpetualOf(BTC), 10, BTC_SPOT);
    }
}
