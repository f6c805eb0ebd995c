// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Bid, IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Scripted} from "../../../contracts/mocks/Scripted.sol";
import {Reseller} from "../../../contracts/periphery/Reseller.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @notice A wallet that acts where it is asked for its signature, and signs only if nothing that it tried worked.
contract HostileSigner is Scripted {
    Step[] private _attempts;

    function attempt(address target, bytes calldata data) external {
        _attempts.push(Step(target, data));
    }

    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        for (uint256 i; i < _attempts.length; ++i) {
            (bool ok, ) = _attempts[i].target.call(_attempts[i].data);
            if (ok) return bytes4(0);
        }
        return IERC1271.isValidSignature.selector;
    }
}

/// @dev A maker is a contract that is asked for its signature while a keeper's account is unchecked.
contract HostileMakerTest is Scenes {
    Reseller private _reseller;
    HostileSigner private _maker;
    AccountId private _wallet;

    function setUp() public override {
        super.setUp();
        _maker = new HostileSigner();
        _wallet = sub(address(_maker), 0);
        _reseller = new Reseller(address(_maker), clearinghouse, auction, exchange); // its owner, no less
        usdc.mint(address(_maker), 100_000e6);
        _maker.perform(address(usdc), abi.encodeCall(usdc.approve, (address(vault), 100_000e6)));
        _maker.perform(address(vault), abi.encodeCall(vault.deposit, (_wallet, USD, 50_000e6)));
        fall(BTC, 38_500e18);
        auction.flag(alice);
        skip(15 minutes);
    }

    function test_isValidSignature_cannotReenter() public {
        Fill[] memory none = new Fill[](0);
        bytes memory inside = abi.encodeCall(
            _reseller.onLiquidation,
            (alice, _wallet, Usd.wrap(0), Usd.wrap(0), abi.encode(none))
        );
        Bid memory bid = Bid(alice, _wallet, 0.1e18, Usd.wrap(0), "");
        _maker.attempt(address(exchange), abi.encodeCall(exchange.settle, (none)));
        _maker.attempt(address(auction), abi.encodeCall(auction.liquidate, (bid)));
        _maker.attempt(address(vault), abi.encodeCall(vault.deposit, (_wallet, USD, 1e6)));
        _maker.attempt(address(vault), abi.encodeCall(vault.withdraw, (_reseller.ACCOUNT(), USD, 1, address(1), 0)));
        _maker.attempt(address(_reseller), abi.encodeCall(_reseller.liquidate, (alice, 1e18, none, Usd.wrap(0))));
        _maker.attempt(address(_reseller), inside);
        _maker.attempt(address(exchange), abi.encodeCall(exchange.cancel, (_wallet, new uint256[](1))));
        bytes memory answer = _maker.perform(address(_reseller), _liquidation());
        int256 profit = abi.decode(answer, (int256));
        assertEq(profit, 125.125e18 - 7.7e18, "signed: nothing that it tried worked");
    }

    /// @dev The same signer with an attempt that works, so that the test above can fail.
    function test_isValidSignature_mayRead() public {
        _maker.attempt(address(clearinghouse), abi.encodeCall(clearinghouse.cashOf, (alice)));
        bytes memory data = _liquidation();
        vm.expectPartialRevert(IAuction.KeeperUndermargined.selector); // left out, so that the slice is not sold
        _maker.perform(address(_reseller), data);
    }

    /// @dev The call by which its owner sells alice's slice to the wallet itself.
    function _liquidation() private returns (bytes memory) {
        Fill[] memory fills = new Fill[](1);
        fills[0].maker = orderOf(_wallet, perpetualOf(BTC), 1, 4_000, 38_500e18);
        fills[0].makerSignature = "go";
        fills[0].taker = orderOf(_reseller.ACCOUNT(), perpetualOf(BTC), -1, 4_000, 38_500e18);
        fills[0].units = 4_000;
        return abi.encodeCall(_reseller.liquidate, (alice, 0.1e18, fills, Usd.wrap(0)));
    }
}
