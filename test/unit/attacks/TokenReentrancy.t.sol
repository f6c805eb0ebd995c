// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Bid} from "../../../contracts/interfaces/IAuction.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Outflow} from "../../../contracts/interfaces/IVault.sol";
import {HostileToken} from "../../../contracts/mocks/HostileToken.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Limits, RiskParameters} from "../../../contracts/interfaces/IMarkets.sol";
import {Scenes} from "../../fixtures/Scenes.sol";
import {LISTED_VOLATILITY, still} from "../../fixtures/StillRange.sol";

/// @dev A collateral token that calls back in the middle of its own transfer, as an owner with rights, funds and a claim.
contract TokenReentrancyTest is Scenes {
    uint8 private constant HOST = 3;
    HostileToken private _token;
    AccountId private _one;
    AccountId private _two;

    function setUp() public override {
        super.setUp();
        _token = new HostileToken();
        RiskParameters memory risk = still(200_000, 5_000, 500_000, 200_000);
        markets.list("HOST", address(ethSource), 18, true, 0, LISTED_VOLATILITY, risk, Limits(0, 0, 2e6, 0));
        vault.listAsset(HOST, address(_token), 1e24, Outflow(1e24, 1e20));
        skip(1 days);
        (_one, _two) = (sub(address(_token), 1), sub(address(_token), 2));
        _token.mint(address(_token), 100e18);
        _token.perform(address(_token), abi.encodeCall(_token.approve, (address(vault), 100e18)));
        _perform(abi.encodeCall(vault.deposit, (_one, HOST, 10e18)));
        usdc.mint(address(_token), 2_000e6);
        _token.perform(address(usdc), abi.encodeCall(usdc.approve, (address(vault), 2_000e6)));
        _perform(abi.encodeCall(vault.deposit, (_one, USD, 1_000e6)));
        vault.setOutflow(USD, Outflow(1, 2e6));
        skip(1 days); // what the bucket held above that has faded
        _perform(abi.encodeCall(vault.withdraw, (_one, USD, 1e6, address(_token), 0))); // claim 1
    }

    function test_deposit_isLockedAgainstItsToken() public {
        _planAll();
        _perform(abi.encodeCall(vault.deposit, (_one, HOST, 1e18)));
        _requireAllLocked();
        assertEq(vault.internalBalance(HOST), 11e18);
    }

    function test_withdraw_isLockedAgainstItsToken() public {
        _planAll();
        _perform(abi.encodeCall(vault.withdraw, (_one, HOST, 1e18, address(_token), 0)));
        _requireAllLocked();
        assertEq(vault.internalBalance(HOST), 9e18);
    }

    /// @dev A token that keeps a part is credited with what came (INV-3).
    function testFuzz_deposit_creditsWhatArrived(uint256 kept) public {
        kept = bound(kept, 0, 1e18 - 1);
        _token.keep(kept);
        _perform(abi.encodeCall(vault.deposit, (_one, HOST, 1e18)));
        assertEq(vault.internalBalance(HOST), 11e18 - kept);
        assertGe(_token.balanceOf(address(vault)), vault.internalBalance(HOST), "INV-3");
    }

    function _planAll() private {
        Position[] memory none = new Position[](0);
        Bid memory bid = Bid(alice, _one, 1e18, Usd.wrap(0), "");
        _plan(address(vault), abi.encodeCall(vault.deposit, (_two, USD, 1e6)));
        _plan(address(vault), abi.encodeCall(vault.deposit, (_two, HOST, 1e18)));
        _plan(address(vault), abi.encodeCall(vault.depositWithPermit, (_two, USD, 1e6, 0, 0, 0, 0)));
        _plan(address(vault), abi.encodeCall(vault.withdraw, (_one, HOST, 1e18, address(_token), 0)));
        _plan(address(vault), abi.encodeCall(vault.claim, (1)));
        _plan(address(clearinghouse), abi.encodeCall(clearinghouse.setMode, (_one, Mode.Isolated)));
        _plan(address(clearinghouse), abi.encodeCall(clearinghouse.transfer, (_one, _two, Usd.wrap(1), none)));
        _plan(address(exchange), abi.encodeCall(exchange.settle, (new Fill[](0))));
        _plan(address(auction), abi.encodeCall(auction.flag, (alice)));
        _plan(address(auction), abi.encodeCall(auction.unflag, (alice)));
        _plan(address(auction), abi.encodeCall(auction.liquidate, (bid)));
        _plan(address(auction), abi.encodeCall(auction.convert, (alice, _one, Usd.wrap(0), "")));
        _plan(address(auction), abi.encodeCall(auction.absorb, (_two)));
    }

    function _requireAllLocked() private view {
        assertEq(_token.played(), 13, "every entry point tried");
        for (uint256 i; i < 13; ++i) {
            assertFalse(_token.succeeded(i), "re-entered");
            assertEq(bytes4(_token.answers(i)), IClearinghouse.Locked.selector);
        }
    }

    function _plan(address target, bytes memory data) private {
        _token.plan(target, data);
    }

    function _perform(bytes memory data) private {
        _token.perform(address(vault), data);
    }
}
