// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {IVault} from "../../../contracts/interfaces/IVault.sol";
import {IPermit2, PermitTransferFrom, TokenPermissions} from "../../../contracts/interfaces/external/IPermit2.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {spotOf} from "../../../contracts/types/InstrumentId.sol";
import {Gateways} from "../../fixtures/Gateways.sol";
import {Permit2} from "../../fixtures/Permit2.sol";

/// @dev Tokens come by allowance, EIP-2612 or Permit2, and none stays.
contract GatewayDepositsTest is Gateways, Permit2 {
    uint256 private constant AMOUNT = 500e6;
    string private constant WITNESS =
        "PlimsollDeposit witness)PlimsollDeposit(bytes32 account)TokenPermissions(address token,uint256 amount)";

    address private payer;
    AccountId private fresh;

    function setUp() public override {
        super.setUp();
        deployPermit2();
        payer = subject.owner();
        fresh = sub(payer, 5);
        usdc.mint(payer, AMOUNT);
        weth.mint(payer, 1e18);
        vm.startPrank(payer);
        usdc.approve(address(PERMIT2), AMOUNT);
        vm.stopPrank();
    }

    function testFuzz_deposit_creditsTheAccount(uint256 amount) public {
        amount = bound(amount, 1, AMOUNT);
        vm.startPrank(payer);
        usdc.approve(address(gateway), amount);
        vm.expectEmit(address(vault));
        emit IVault.Deposited(fresh, USD, address(gateway), amount, amount * 1e12);
        assertEq(gateway.deposit(fresh, USD, amount), amount * 1e12);
        vm.stopPrank();
        assertEq(clearinghouse.cashOf(fresh).raw(), int256(amount * 1e12));
        _assertEmpty();
    }

    function test_deposit_ofCollateralByAnOperator() public {
        weth.mint(operator, 1e18);
        vm.startPrank(operator);
        weth.approve(address(gateway), 1e18);
        assertEq(gateway.deposit(subject, ETH, 1e18), 1e18);
        vm.stopPrank();
        assertEq(clearinghouse.lotsOf(subject, spotOf(ETH)), 1e18);
        _assertEmpty();
    }

    /// @dev The gateway is a module: it must not open a stranger's slot in somebody's account.
    function testFuzz_deposit_byAStrangerIsRefused(address stranger, uint8 asset) public {
        vm.assume(stranger != payer && stranger != operator);
        bytes memory refusal = abi.encodeWithSelector(IGateway.NotAuthorized.selector, subject, stranger);
        refuse(stranger, abi.encodeCall(IGateway.deposit, (subject, asset, 1)), refusal);
        refuse(
            stranger,
            abi.encodeCall(IGateway.depositWithPermit2, (subject, asset, 1, stranger, unsigned())),
            refusal
        );
    }

    function testFuzz_deposit_ofAnUnknownAssetIsRefused(uint8 asset) public {
        asset = uint8(bound(asset, ETH + 1, 255));
        bytes memory refusal = abi.encodeWithSelector(IGateway.UnknownAsset.selector, asset);
        refuse(payer, abi.encodeCall(IGateway.deposit, (subject, asset, 1)), refusal);
        refuse(
            payer,
            abi.encodeCall(IGateway.depositWithPermit, (subject, asset, 1, 0, 0, bytes32(0), bytes32(0))),
            refusal
        );
        refuse(payer, abi.encodeCall(IGateway.depositWithPermit2, (subject, asset, 1, payer, unsigned())), refusal);
    }

    function test_depositWithPermit_needsNoAllowanceBefore() public {
        _depositWithPermit(AMOUNT, block.timestamp);
        assertEq(clearinghouse.cashOf(fresh).raw(), 500e18);
        _assertEmpty();
    }

    /// @dev Somebody else submitted the permit first: the allowance is there all the same.
    function test_depositWithPermit_passesOverAUsedPermit() public {
        (uint8 v, bytes32 r, bytes32 s) = permitOf(payer, address(gateway), AMOUNT, block.timestamp);
        usdc.permit(payer, address(gateway), AMOUNT, block.timestamp, v, r, s);
        vm.prank(payer);
        gateway.depositWithPermit(fresh, USD, AMOUNT, block.timestamp, v, r, s);
        assertEq(clearinghouse.cashOf(fresh).raw(), 500e18);
    }

    function test_depositWithPermit_withoutOneNeedsAnAllowance() public {
        (uint8 v, bytes32 r, bytes32 s) = permitOf(payer, address(gateway), AMOUNT - 1, block.timestamp);
        vm.prank(payer);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(gateway),
                uint256(0),
                AMOUNT
            )
        );
        gateway.depositWithPermit(fresh, USD, AMOUNT, block.timestamp, v, r, s);
    }

    /// @dev Anyone submits it; the account is in the signature, and the token is the payer's.
    function testFuzz_depositWithPermit2_isSubmittedByAnyone(address anyone, uint256 nonce) public {
        vm.assume(anyone != address(vault));
        vm.prank(anyone);
        uint256 credited = gateway.depositWithPermit2(fresh, USD, AMOUNT, payer, _permission(fresh, AMOUNT, nonce));
        assertEq(credited, 500e18);
        assertEq(clearinghouse.cashOf(fresh).raw(), 500e18);
        assertEq(usdc.balanceOf(payer), 0);
        _assertEmpty();
    }

    function test_depositWithPermit2_twiceIsRefused() public {
        Permission memory p = _permission(fresh, AMOUNT, 3);
        bytes memory data = abi.encodeCall(IGateway.depositWithPermit2, (fresh, USD, AMOUNT, payer, p));
        take(relayer, data);
        refuse(relayer, data, abi.encodeWithSelector(IPermit2.InvalidNonce.selector));
    }

    /// @dev Account, amount, nonce and deadline are in the signature, the asset by its token.
    function testFuzz_depositWithPermit2_isAsSigned(uint256 field, uint96 other) public {
        vm.assume(other != 5);
        Permission memory p = _permission(fresh, AMOUNT, 3);
        (AccountId account, uint8 asset, uint256 amount) = (fresh, USD, AMOUNT);
        field = field % 5;
        if (field == 0) account = sub(payer, other);
        else if (field == 1) asset = ETH;
        else if (field == 2) amount = AMOUNT - 1;
        else if (field == 3) p.nonce += 1 + uint256(other);
        else p.deadline += 1 + uint256(other);
        bytes memory data = abi.encodeCall(IGateway.depositWithPermit2, (account, asset, amount, payer, p));
        refuse(relayer, data, abi.encodeWithSelector(IPermit2.InvalidSigner.selector));
    }

    function test_depositWithPermit2_endsWithItsDeadline() public {
        Permission memory p = _permission(fresh, AMOUNT, 3);
        skip(1);
        bytes memory data = abi.encodeCall(IGateway.depositWithPermit2, (fresh, USD, AMOUNT, payer, p));
        refuse(relayer, data, abi.encodeWithSelector(IPermit2.SignatureExpired.selector, p.deadline));
    }

    function _permission(AccountId account, uint256 amount, uint256 nonce) private view returns (Permission memory p) {
        p = Permission(nonce, block.timestamp, "");
        PermitTransferFrom memory transfer_ = PermitTransferFrom(
            TokenPermissions(address(usdc), amount),
            nonce,
            p.deadline
        );
        bytes32 witness = keccak256(abi.encode(keccak256("PlimsollDeposit(bytes32 account)"), account));
        p.signature = _signature(keyOf[payer], permitDigest(transfer_, address(gateway), witness, WITNESS));
    }

    function _depositWithPermit(uint256 amount, uint256 deadline) private {
        (uint8 v, bytes32 r, bytes32 s) = permitOf(payer, address(gateway), amount, deadline);
        vm.prank(payer);
        gateway.depositWithPermit(fresh, USD, amount, deadline, v, r, s);
    }

    /// @dev No token and no allowance is left behind.
    function _assertEmpty() private view {
        assertEq(usdc.balanceOf(address(gateway)), 0);
        assertEq(weth.balanceOf(address(gateway)), 0);
        assertEq(usdc.allowance(address(gateway), address(vault)), 0);
        assertEq(weth.allowance(address(gateway), address(vault)), 0);
    }
}
