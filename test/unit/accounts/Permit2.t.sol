// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {
    IPermit2,
    PermitTransferFrom,
    SignatureTransferDetails,
    TokenPermissions
} from "../../../contracts/interfaces/external/IPermit2.sol";
import {ContractWallet} from "../../../contracts/mocks/ContractWallet.sol";
import {MockToken} from "../../../contracts/mocks/MockToken.sol";
import {Permit2} from "../../fixtures/Permit2.sol";

/// @dev Our interface against the contract that is deployed everywhere. This contract is the spender.
contract Permit2Test is Permit2 {
    string private constant WITNESS =
        "Purpose witness)Purpose(uint256 id)TokenPermissions(address token,uint256 amount)";
    uint256 private constant AMOUNT = 1_000e6;

    MockToken private token;
    address private owner;
    uint256 private key;

    function setUp() public {
        deployPermit2();
        token = new MockToken("USD Coin", "USDC", 6);
        (owner, key) = makeAddrAndKey("owner");
        _provide(owner);
    }

    function _provide(address who) private {
        token.mint(who, AMOUNT);
        vm.prank(who);
        token.approve(address(PERMIT2), AMOUNT);
    }

    function _permit(uint256 nonce) private view returns (PermitTransferFrom memory) {
        return PermitTransferFrom(TokenPermissions(address(token), AMOUNT), nonce, block.timestamp);
    }

    function _sign(PermitTransferFrom memory permit, bytes32 witness) private view returns (bytes memory) {
        return _signature(key, permitDigest(permit, address(this), witness, WITNESS));
    }

    /// @dev A single external call, so that `expectRevert` may precede it.
    function _take(
        PermitTransferFrom memory permit,
        uint256 amount,
        address from,
        bytes32 witness,
        bytes memory signature
    ) private {
        SignatureTransferDetails memory details = SignatureTransferDetails(address(this), amount);
        PERMIT2.permitWitnessTransferFrom(permit, details, from, witness, WITNESS, signature);
    }

    /// @dev The chain of its construction is cached in the code; on every other one the domain is computed.
    function testFuzz_domainSeparator_isOfTheChainItRunsOn(uint64 chainId) public {
        assertEq(PERMIT2.DOMAIN_SEPARATOR(), permit2Domain(), "where it was deployed");
        vm.chainId(bound(chainId, 1, type(uint64).max));
        assertEq(PERMIT2.DOMAIN_SEPARATOR(), permit2Domain(), "on any chain");
    }

    /// @dev What the deployment on Ethereum answers, as integrations there pin it.
    function test_domainSeparator_onEthereum() public {
        vm.chainId(1);
        assertEq(PERMIT2.DOMAIN_SEPARATOR(), 0x866a5aba21966af95d6c7ab78eb2b2fc913915c28be3b9aa07cc04ff903e3f28);
    }

    function testFuzz_permitWitnessTransferFrom_movesWhatIsAskedOnce(
        uint256 amount,
        uint256 nonce,
        bytes32 witness
    ) public {
        amount = bound(amount, 0, AMOUNT);
        PermitTransferFrom memory permit = _permit(nonce);
        bytes memory signature = _sign(permit, witness);
        _take(permit, amount, owner, witness, signature);
        assertEq(token.balanceOf(address(this)), amount);
        assertEq(token.balanceOf(owner), AMOUNT - amount);
        assertEq(PERMIT2.nonceBitmap(owner, nonce >> 8), 1 << (nonce & 255));
        vm.expectRevert(IPermit2.InvalidNonce.selector);
        _take(permit, amount, owner, witness, signature);
    }

    function testFuzz_permitWitnessTransferFrom_bindsTheWitness(bytes32 signed, bytes32 used) public {
        vm.assume(signed != used);
        PermitTransferFrom memory permit = _permit(0);
        bytes memory signature = _sign(permit, signed);
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        _take(permit, AMOUNT, owner, used, signature);
    }

    function test_permitWitnessTransferFrom_bindsTheSpender() public {
        PermitTransferFrom memory permit = _permit(0);
        bytes memory signature = _sign(permit, "");
        vm.prank(makeAddr("another spender"));
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        _take(permit, AMOUNT, owner, "", signature);
    }

    function testFuzz_permitWitnessTransferFrom_refusesMoreThanSigned(uint256 amount) public {
        PermitTransferFrom memory permit = _permit(0);
        bytes memory signature = _sign(permit, "");
        amount = bound(amount, AMOUNT + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IPermit2.InvalidAmount.selector, AMOUNT));
        _take(permit, amount, owner, "", signature);
    }

    /// @dev What recovers no key, and what cannot be a key's signature.
    function testFuzz_permitWitnessTransferFrom_refusesWhatNoKeySigned(bytes memory signature) public {
        vm.assume(signature.length != 64 && signature.length != 65);
        vm.expectRevert(IPermit2.InvalidSignatureLength.selector);
        _take(_permit(0), AMOUNT, owner, "", signature);
        vm.expectRevert(IPermit2.InvalidSignature.selector);
        _take(_permit(0), AMOUNT, owner, "", new bytes(65));
    }

    function test_permitWitnessTransferFrom_endsAfterTheDeadline() public {
        PermitTransferFrom memory permit = _permit(0);
        bytes memory signature = _sign(permit, "");
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IPermit2.SignatureExpired.selector, permit.deadline));
        _take(permit, AMOUNT, owner, "", signature);
        rewind(1);
        _take(permit, AMOUNT, owner, "", signature);
    }

    function test_permitWitnessTransferFrom_asksAContractWallet() public {
        ContractWallet wallet = new ContractWallet();
        _provide(address(wallet));
        PermitTransferFrom memory permit = _permit(7);
        vm.expectRevert(IPermit2.InvalidContractSignature.selector);
        _take(permit, AMOUNT, address(wallet), "", "");
        wallet.approve(permitDigest(permit, address(this), "", WITNESS));
        _take(permit, AMOUNT, address(wallet), "", "");
        assertEq(token.balanceOf(address(this)), AMOUNT);
    }
}
