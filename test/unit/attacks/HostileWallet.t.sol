// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill, IExchange, SessionKey} from "../../../contracts/interfaces/IExchange.sol";
import {SafeRead} from "../../../contracts/libraries/SafeRead.sol";
import {AccountId, accountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {AnsweringWallet, BurningWallet, ReentrantWallet, SimulatedWallet} from "../../fixtures/HostileWallets.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev A maker is a contract that answers the question for its signature (ERC-1271) so that it hurts whoever asks.
contract HostileWalletTest is Scenes {
    uint256 private constant LIMIT = 300_000;

    /// @dev It burns all it gets: the batch goes on without it, for 300,000 gas and not for more.
    function test_settleAvailable_paysNoMoreThanTheLimitForABurner() public {
        BurningWallet wallet = new BurningWallet();
        Fill[] memory fills = _batch(address(wallet));
        uint256 start = vm.snapshotState();
        _gasOf(fills); // warms what is read
        vm.revertToState(start);
        uint256 cost = _gasOf(fills);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 20, "the others settled");
        vm.revertToState(start);
        vm.etch(address(wallet), "");
        assertLt(cost, _gasOf(fills) + LIMIT + 5_000);
    }

    /// @dev A wallet may use nearly all of it: 1,000 gas for its answer.
    function test_settle_leavesAWalletItsGas() public {
        BurningWallet wallet = new BurningWallet();
        wallet.setSpare(1_000);
        settle(_batch(address(wallet))[1]);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 10);
    }

    /// @dev Whatever gas the executor gives: what it asks settles as a whole, or all of it reverts. A good signature is never taken
    /// for a bad one. The wallet says yes whenever it gets 60,000 gas or more.
    function testFuzz_settleAvailable_neverSkipsForWantOfGas(uint256 gas_) public {
        BurningWallet wallet = new BurningWallet();
        wallet.setSpare(LIMIT - 60_000);
        Fill[] memory fills = _batch(address(wallet));
        gas_ = bound(gas_, 100_000, 1_500_000);
        bytes memory data = abi.encodeCall(exchange.settleAvailable, (fills));
        (bool ok, bytes memory answer) = address(exchange).call{gas: gas_}(data);
        if (ok) {
            assertEq(abi.decode(answer, (uint256)), 3, "skipped");
        } else {
            bool isTold = answer.length == 0 || bytes4(answer) == SafeRead.TooLittleGas.selector;
            assertTrue(isTold, vm.toString(answer));
            assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 0);
        }
    }

    /// @dev Just short of the gas that the question needs, the refusal says how much it is.
    function test_settleAvailable_tellsOfTooLittleGas() public {
        BurningWallet wallet = new BurningWallet();
        wallet.setSpare(LIMIT - 60_000);
        bytes memory data = abi.encodeCall(exchange.settleAvailable, (_batch(address(wallet))));
        (uint256 least, uint256 most) = (uint256(100_000), uint256(1_500_000));
        for (uint256 i; i < 16; ++i) {
            uint256 middle = (least + most) / 2;
            uint256 before = vm.snapshotState();
            (bool ok, ) = address(exchange).call{gas: middle}(data);
            vm.revertToState(before);
            (least, most) = ok ? (least, middle) : (middle, most);
        }
        assertLt(most, 1_500_000, "it settles with enough");
        bytes memory answer;
        for (uint256 gas_ = least; bytes4(answer) != SafeRead.TooLittleGas.selector; gas_ -= 10_000) {
            assertGt(gas_, 110_000, "never told");
            (, answer) = address(exchange).call{gas: gas_}(data);
        }
        assertEq(answer.length, 68);
    }

    /// @dev One word, and the right one: neither more nor less of it, nor another, nor a revert with it.
    function testFuzz_settle_takesOnlyTheExactAnswer(bytes calldata answer, bool isRevert) public {
        AnsweringWallet wallet = new AnsweringWallet();
        wallet.set(answer, isRevert);
        bytes memory right = abi.encode(IERC1271.isValidSignature.selector);
        _assertSkipped(address(wallet), isRevert || keccak256(answer) != keccak256(right));
    }

    function test_settle_refusesTheAnswerCutPaddedOrDirty() public {
        bytes4 magic = IERC1271.isValidSignature.selector;
        AnsweringWallet wallet = new AnsweringWallet();
        bytes[6] memory answers = [
            abi.encodePacked(magic),
            abi.encodePacked(bytes32(magic), bytes32(0)),
            abi.encodePacked(bytes32(magic), uint8(0)),
            abi.encodePacked(bytes31(bytes32(magic))),
            abi.encodePacked(bytes32(magic) | bytes32(uint256(1))),
            abi.encode(uint256(1))
        ];
        for (uint256 i; i < 6; ++i) {
            wallet.set(answers[i], false);
            _assertSkipped(address(wallet), true);
        }
        wallet.set(abi.encode(magic), true);
        _assertSkipped(address(wallet), true);
        wallet.set(abi.encode(magic), false);
        _assertSkipped(address(wallet), false);
    }

    /// @dev A return of 100,000 bytes is not copied: it costs the executor what the wallet paid for it, within the limit.
    function test_settleAvailable_isNotBlownUpByALongAnswer() public {
        AnsweringWallet wallet = new AnsweringWallet();
        wallet.set(new bytes(2_000), false);
        _assertSkipped(address(wallet), true);
    }

    /// @dev It said yes when the executor tried, and says no when it counts: the others are settled.
    function test_settleAvailable_survivesAWalletThatChangesItsMind() public {
        SimulatedWallet wallet = new SimulatedWallet();
        Fill[] memory fills = _batch(address(wallet));
        uint256 before = vm.snapshotState();
        vm.txGasPrice(0);
        assertEq(exchange.settleAvailable(fills), 3, "as simulated");
        vm.revertToState(before);
        vm.txGasPrice(1 gwei);
        assertEq(exchange.settleAvailable(fills), 2);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 20);
    }

    /// @dev Inside the question nothing can be changed, the lock and the wallet's own orders included.
    function test_settle_isNotReenteredByAWallet() public {
        ReentrantWallet wallet = new ReentrantWallet();
        Fill[] memory fills = _batch(address(wallet));
        AccountId own = fills[1].maker.account;
        bytes[4] memory calls = [
            abi.encodeCall(exchange.settle, (new Fill[](0))),
            abi.encodeCall(exchange.cancelAll, (own)),
            abi.encodeCall(exchange.cancel, (own, new uint256[](1))),
            abi.encodeCall(exchange.setSessionKey, (own, address(this), _terms()))
        ];
        for (uint256 i; i < 4; ++i) {
            wallet.set(address(exchange), calls[i]);
            _assertSkipped(address(wallet), true);
        }
        wallet.set(address(clearinghouse), abi.encodeCall(IClearinghouse.cashOf, (own)));
        _assertSkipped(address(wallet), false); // it may look
    }

    function _terms() private pure returns (SessionKey memory terms) {}

    /// @dev Three fills, the wallet the maker of the second.
    function _batch(address wallet) private returns (Fill[] memory fills) {
        AccountId account = fund(wallet, 0, 10_000);
        fills = new Fill[](3);
        for (uint256 i; i < 3; ++i) fills[i] = fillOf(keeper, bob, perpetualOf(BTC), 10, BTC_SPOT);
        fills[1].maker.account = account;
        fills[1].makerSignature = "signed";
    }

    function _assertSkipped(address wallet, bool isSkipped) private {
        Fill[] memory fills = _batch(wallet);
        bytes32 digest = exchange.hashOrder(fills[1].maker);
        bytes memory refusal = abi.encodeWithSelector(IExchange.BadSignature.selector, accountId(wallet, 0), digest);
        if (isSkipped) {
            vm.expectEmit(address(exchange));
            emit IExchange.Skipped(1, refusal);
        }
        assertEq(exchange.settleAvailable(fills), isSkipped ? 2 : 3);
    }

    function _gasOf(Fill[] memory fills) private returns (uint256 gas_) {
        gas_ = gasleft();
        exchange.settleAvailable(fills);
        gas_ -= gasleft();
    }
}
