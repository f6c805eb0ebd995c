// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {Limits, RiskParameters} from "../../../contracts/interfaces/IMarkets.sol";
import {Outflow} from "../../../contracts/interfaces/IVault.sol";
import {HostileToken} from "../../../contracts/mocks/HostileToken.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {spotOf} from "../../../contracts/types/InstrumentId.sol";
import {GatewayMessages} from "../../fixtures/GatewayMessages.sol";
import {LISTED_VOLATILITY, still} from "../../fixtures/StillRange.sol";

/// @dev A collateral token calls the gateway from inside its own transfers, or sends less than it was asked for.
contract GatewayReentrancyTest is GatewayMessages {
    uint8 private constant HOST = 3;

    HostileToken private token;
    AccountId private victim;
    /// @dev The token's own.
    AccountId private own;

    function setUp() public override {
        super.setUp();
        token = new HostileToken();
        RiskParameters memory risk = still(200_000, 5_000, 500_000, 200_000);
        markets.list("HOST", address(ethSource), 18, true, 0, LISTED_VOLATILITY, risk, Limits(0, 0, 2e6, 0));
        vault.listAsset(HOST, address(token), 1e24, Outflow(1e24, 1e20));
        skip(1 days);
        (victim, own) = (alice, sub(address(token), 1));
        token.mint(alice.owner(), 10e18);
        vm.prank(alice.owner());
        token.approve(address(gateway), 10e18);
        token.mint(address(token), 10e18);
        token.perform(address(token), abi.encodeCall(token.approve, (address(gateway), type(uint256).max)));
    }

    /// @dev Between the two transfers of a deposit the gateway holds the victim's tokens: the token can credit itself with none.
    function testFuzz_deposit_isNotTakenOnItsWay(uint256 amount, uint256 stolen) public {
        (amount, stolen) = (bound(amount, 1, 10e18), bound(stolen, 1, 10e18));
        token.plan(address(gateway), abi.encodeCall(IGateway.deposit, (own, HOST, stolen)));
        vm.prank(victim.owner());
        gateway.deposit(victim, HOST, amount);
        assertEq(token.played(), 1, "never called back");
        assertEq(clearinghouse.lotsOf(victim, spotOf(HOST)), int256(amount));
        int256 taken = clearinghouse.lotsOf(own, spotOf(HOST));
        assertEq(taken, token.succeeded(0) ? int256(stolen) : int256(0));
        uint256 paid = 10e18 - token.balanceOf(address(token));
        assertEq(paid, uint256(taken), "the token paid for what it got");
        _assertEmpty();
    }

    /// @dev A token that sends less than it says: the vault is not paid, and nothing is credited.
    function testFuzz_deposit_ofATokenThatKeepsAPartIsRefused(uint256 amount, uint256 kept) public {
        (amount, kept) = (bound(amount, 1, 10e18), bound(kept, 1, 10e18));
        token.keep(kept > amount ? amount : kept);
        vm.prank(victim.owner());
        (bool ok, ) = address(gateway).call(abi.encodeCall(IGateway.deposit, (victim, HOST, amount)));
        assertFalse(ok, "credited with what did not come");
        assertEq(clearinghouse.lotsOf(victim, spotOf(HOST)), 0);
        _assertEmpty();
    }

    /// @dev In a signed withdrawal the token is called while its permission is being used: it is used already.
    function test_withdraw_isNotRepeatedFromInside() public {
        vm.prank(victim.owner());
        gateway.deposit(victim, HOST, 5e18);
        uint256[] memory w = new uint256[](5);
        (w[0], w[1], w[2], w[3]) = (uint256(AccountId.unwrap(victim)), HOST, 1e18, uint256(uint160(victim.owner())));
        Permission memory p = permit(keyOf[victim.owner()], WITHDRAW, w, 1, block.timestamp);
        bytes memory data = callOf(WITHDRAW, w, p);
        token.plan(address(gateway), data);
        (bool ok, ) = address(gateway).call(data);
        assertTrue(ok);
        assertEq(token.played(), 1);
        assertFalse(token.succeeded(0), "withdrawn twice");
        bytes memory refusal = abi.encodeWithSelector(
            IGateway.NonceAlreadyUsed.selector,
            victim,
            victim.owner(),
            uint256(1)
        );
        assertEq(token.answers(0), refusal);
        assertEq(clearinghouse.lotsOf(victim, spotOf(HOST)), 4e18);
    }

    /// @dev Another action of the victim's, signed and not submitted: in the middle of a withdrawal the lock is taken.
    function test_withdraw_isLockedForOtherActions() public {
        vm.prank(victim.owner());
        gateway.deposit(victim, HOST, 5e18);
        uint256[] memory w = new uint256[](2);
        (w[0], w[1]) = (uint256(AccountId.unwrap(victim)), 2);
        Permission memory p = permit(keyOf[victim.owner()], SET_MODE, w, 1, block.timestamp);
        token.plan(address(gateway), callOf(SET_MODE, w, p));
        vm.prank(victim.owner());
        gateway.withdraw(victim, HOST, 1e18, victim.owner(), 0, Permission(0, 0, ""));
        assertEq(token.played(), 1);
        assertEq(
            token.answers(0),
            abi.encodeWithSelector(IClearinghouse.Locked.selector, uint256(1), address(gateway))
        );
        assertFalse(gateway.isNonceUsed(victim, victim.owner(), 1), "used up");
    }

    function _assertEmpty() private view {
        assertEq(token.balanceOf(address(gateway)), 0);
        assertEq(token.allowance(address(gateway), address(vault)), 0);
    }
}
