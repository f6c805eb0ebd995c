// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {accountId, compartment, CUSTODY, FEES} from "../../../contracts/types/AccountId.sol";
import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {ContractWallet} from "../../../contracts/mocks/ContractWallet.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev What an order says is what can happen to its account.
contract OrderTest is Scenes {
    /// @dev The keeper (taker) buys 1,000 lots (0.1 BTC, 4,000 USD) from bob (maker) at 40,000.
    function _base() private returns (Fill memory f) {
        return fillOf(keeper, bob, perpetualOf(BTC), 1_000, BTC_SPOT);
    }

    function _signed(Fill memory f) private view returns (Fill memory) {
        f.makerSignature = sign(f.maker);
        f.takerSignature = sign(f.taker);
        return f;
    }

    function test_settle_emitsTheFill() public {
        Fill memory f = _base();
        (bytes32 makerHash, bytes32 takerHash) = (exchange.hashOrder(f.maker), exchange.hashOrder(f.taker));
        vm.expectEmit(address(exchange));
        emit IExchange.Filled(bob, keeper, makerHash, takerHash, 1_000, -4e18, usd(-4_000));
        settle(f);
    }

    /// @dev Summed over the events: what `filled` and `groupFilled` say.
    function test_settle_emitsTheUseOfBothOrders() public {
        Fill memory f = _base();
        (f.maker.group, f.maker.groupCap) = ("wings", 1_000);
        f = _signed(f);
        vm.expectEmit(address(exchange));
        emit IExchange.OrderUsed(bob, f.maker.nonce, "wings", 1_000);
        vm.expectEmit(address(exchange));
        emit IExchange.OrderUsed(keeper, f.taker.nonce, 0, 1_000);
        settle(f);
    }

    /// @dev Maker 1 bp, taker 5 bp of 4,000; half to the market's insurance.
    function test_settle_chargesHalfForTheInsurance() public {
        int256 insured = clearinghouse.cashOf(compartment(BTC)).raw();
        int256 fees = clearinghouse.cashOf(FEES).raw();
        settle(_base());
        assertEq(equityOf(keeper), 100_000e18 - 2e18);
        assertEq(clearinghouse.cashOf(compartment(BTC)).raw() - insured, 1.2e18);
        assertEq(clearinghouse.cashOf(FEES).raw() - fees, 1.2e18);
    }

    function testFuzz_settle_revertsAfterExpiry(uint40 late) public {
        Fill memory f = _base();
        f.maker.expiry = uint40(block.timestamp);
        f = _signed(f);
        bytes32 digest = exchange.hashOrder(f.maker);
        skip(bound(late, 1, 1e9));
        vm.expectRevert(
            abi.encodeWithSelector(IExchange.OrderExpired.selector, digest, uint256(f.maker.expiry), block.timestamp)
        );
        settle(f);
    }

    function testFuzz_settle_isForTheExecutor(address executor) public {
        vm.assume(executor != address(0) && executor != address(this));
        Fill memory f = _base();
        f.taker.executor = executor;
        f = _signed(f);
        bytes32 digest = exchange.hashOrder(f.taker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.WrongExecutor.selector, digest, executor, address(this)));
        settle(f);
        vm.prank(executor);
        settle(f);
    }

    function testFuzz_settle_isWithTheNamedTaker(address named) public {
        vm.assume(named != address(0) && named != keeper.owner());
        Fill memory f = _base();
        f.maker.taker = named;
        f = _signed(f);
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.WrongTaker.selector, digest, named, keeper.owner()));
        settle(f);
        f.maker.taker = keeper.owner();
        settle(_signed(f));
    }

    function testFuzz_settle_onlyInTheBand(uint128 low, uint128 high) public {
        Fill memory f = _base();
        (f.maker.minSpot, f.maker.maxSpot) = (low, high);
        f = _signed(f);
        bytes32 digest = exchange.hashOrder(f.maker);
        if (low > BTC_SPOT || high < BTC_SPOT) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IExchange.SpotOutsideBand.selector,
                    digest,
                    BTC_SPOT,
                    uint256(low),
                    uint256(high)
                )
            );
        }
        settle(f);
    }

    function testFuzz_settle_countsPartialFills(uint128 first) public {
        first = uint128(bound(first, 1, 999));
        Fill memory f = _base();
        f.units = first;
        settle(f);
        assertEq(exchange.filled(bob, f.maker.nonce), first);
        f.units = 1_000 - first + 1;
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(
            abi.encodeWithSelector(IExchange.OverFilled.selector, digest, uint256(f.units), uint256(1_000 - first))
        );
        settle(f);
        f.units -= 1;
        settle(f);
    }

    /// @dev Orders with one nonce replace each other: what one has filled is gone for the other.
    function test_settle_sharesANonce() public {
        Fill memory f = _base();
        settle(f);
        Fill memory g = _base();
        g.maker.nonce = f.maker.nonce;
        g.maker.units = 1_500;
        g = _signed(g);
        bytes32 digest = exchange.hashOrder(g.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.OverFilled.selector, digest, uint256(1_000), uint256(500)));
        settle(g);
        g.units = 500;
        settle(g);
    }

    function testFuzz_settle_capsAGroup(uint128 cap) public {
        cap = uint128(bound(cap, 1_000, 1_999));
        for (uint256 i; i < 2; ++i) {
            Fill memory f = _base();
            (f.maker.group, f.maker.groupCap) = ("wings", cap);
            f = _signed(f);
            if (i == 1) {
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IExchange.GroupCapExceeded.selector,
                        bob,
                        bytes32("wings"),
                        uint256(1_000),
                        uint256(cap - 1_000)
                    )
                );
            }
            settle(f);
        }
        assertEq(exchange.groupFilled(bob, "wings"), 1_000);
    }

    function test_cancel_voidsTheNonce() public {
        Fill memory f = _base();
        uint256[] memory nonces = new uint256[](1);
        nonces[0] = f.maker.nonce;
        vm.expectRevert(abi.encodeWithSelector(IExchange.NotAuthorized.selector, bob, address(this)));
        exchange.cancel(bob, nonces);
        vm.prank(bob.owner());
        vm.expectEmit(address(exchange));
        emit IExchange.Cancelled(bob, f.maker.nonce);
        exchange.cancel(bob, nonces);
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.OrderCancelled.selector, digest));
        settle(f);
    }

    function testFuzz_settle_revertsAboveTheSignedFee(uint256 maxFee) public {
        maxFee = bound(maxFee, 0, 0.002e18 - 1); // taker: 5 bp of 4 USD a lot
        Fill memory f = _base();
        f.taker.maxFee = maxFee;
        f = _signed(f);
        vm.expectPartialRevert(IExchange.FeeAboveMaximum.selector);
        settle(f);
        f.taker.maxFee = 0.002e18;
        settle(_signed(f));
    }

    /// @dev Prices per unit: the maker sells at m, the taker buys at t; they meet iff t >= m, at m.
    function testFuzz_settle_meetsAtTheMakersPrice(uint256 limit) public {
        limit = bound(limit, 39_900e18, 40_100e18);
        Fill memory f = _base();
        f.taker.limitPrice = int256(limit / 10_000);
        f = _signed(f);
        if (limit / 10_000 < 4e18) {
            vm.expectRevert(abi.encodeWithSelector(IExchange.PricesDoNotCross.selector, -4e18, int256(limit / 10_000)));
        }
        settle(f);
        if (limit / 10_000 >= 4e18) assertEq(equityOf(keeper), 100_000e18 - 2e18, "at 40,000");
    }

    function test_settle_paysTheTip() public {
        Fill memory f = _base();
        (f.maker.tip, f.taker.tip, f.taker.tipReceiver) = (1e15, 2e15, alice);
        f = _signed(f);
        int256 before = clearinghouse.cashOf(alice).raw();
        settle(f);
        assertUsd(clearinghouse.cashOf(accountId(address(this), 0)), usd(1), "1,000 units, to whoever settles");
        assertEq(clearinghouse.cashOf(alice).raw() - before, 2e18, "to the named receiver");
    }

    /// @dev Who settles for himself, or names himself, pays himself nothing.
    function testFuzz_settle_aTipToItselfMovesNothing(uint64 tip, bool isNamed) public {
        Fill memory f = _base();
        (f.taker.tip, f.taker.tipReceiver) = (tip, isNamed ? keeper : accountId(address(0), 0));
        f = _signed(f);
        if (!isNamed) vm.prank(keeper.owner());
        settle(f);
        assertEq(equityOf(keeper), 100_000e18 - 2e18, "the fee alone");
    }

    function test_settle_tipsNoSystemAccount() public {
        Fill memory f = _base();
        (f.maker.tip, f.maker.tipReceiver) = (1, CUSTODY);
        f = _signed(f);
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.TipToSystemAccount.selector, digest, CUSTODY));
        settle(f);
    }

    function test_settle_acceptsAContractWallet() public {
        ContractWallet wallet = new ContractWallet();
        Fill memory f = _base();
        f.taker.account = accountId(address(wallet), 0);
        usdc.mint(address(wallet), 1_000e6);
        wallet.perform(address(usdc), abi.encodeCall(usdc.approve, (address(vault), 1_000e6)));
        wallet.perform(address(vault), abi.encodeCall(vault.deposit, (f.taker.account, USD, 1_000e6)));
        bytes32 digest = exchange.hashOrder(f.taker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, f.taker.account, digest));
        settle(f);
        wallet.approve(digest);
        settle(f);
    }

    /// @dev An owner whose address has code (EIP-7702) still signs with the key.
    function test_settle_acceptsTheKeyOfAnOwnerWithCode() public {
        Fill memory f = _base();
        vm.etch(keeper.owner(), address(new ContractWallet()).code);
        settle(f);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 1_000);
    }

    /// @dev Operators sign too, and who may use an account needs no signature for it.
    function test_settle_acceptsOperatorsAndCallers() public {
        Fill memory f = _base();
        (address friend, uint256 key) = makeAddrAndKey("friend");
        bytes32 digest = exchange.hashOrder(f.maker);
        (f.makerSignature, f.takerSignature) = (_signature(key, digest), "");
        vm.prank(keeper.owner());
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, bob, digest));
        settle(f);
        vm.prank(bob.owner());
        clearinghouse.setOperator(bob, friend, true);
        vm.prank(keeper.owner());
        settle(f);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 1_000);
    }
}
