// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId, FEES} from "../../../contracts/types/AccountId.sol";
import {Bid} from "../../../contracts/interfaces/IAuction.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {CallbackKeeper} from "../../../contracts/mocks/CallbackKeeper.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev Inside the callback the keeper's account is not checked; what it does there must still obey the rules at the end.
contract CallbackDrainTest is Scenes {
    CallbackKeeper private _contract;
    AccountId private _taker;
    AccountId private _thief;

    function setUp() public override {
        super.setUp();
        _contract = new CallbackKeeper();
        _taker = sub(address(_contract), 1);
        _thief = sub(address(_contract), 2);
        fall(BTC, 38_500e18); // alice: E 3,920, MM 5,005
    }

    /// @dev 500 ETH back a tip of up to 1.2 M to the keeper's other account: a USD loan out of everybody's deposits, where
    /// an owner's own action may borrow 2 % of the haircut collateral (27,000).
    function testFuzz_liquidate_callbackBorrowsNoMoreThanAnOwner(uint256 loan) public {
        loan = bound(loan, 30_000e18, 1_200_000e18);
        weth.mint(address(_contract), 500e18);
        _contract.perform(address(weth), abi.encodeCall(weth.approve, (address(vault), 500e18)));
        _contract.perform(address(vault), abi.encodeCall(vault.deposit, (_taker, ETH, 500e18)));
        _plan(_selfTrade(1, loan, 0));
        _liquidate();
        Assessment memory a = assess(_taker);
        assertGe(a.settledCash.raw(), -a.debtLimit.raw(), "INV-7: borrowed in the callback");
    }

    /// @dev Poor for a moment (a tip out, a trade free of fees, the tip back): the taker fee of 2 BTC is 40.
    function test_liquidate_callbackPaysItsFees() public {
        fundContract(_taker, 100_000e6);
        fundContract(_thief, 100_000e6);
        _plan(_selfTrade(1, 120_000e18, 0));
        _plan(_selfTrade(20_000, 0, 0));
        _plan(_selfTrade(1, 0, 120_000e18));
        int256 before = clearinghouse.cashOf(FEES).raw();
        _liquidate();
        uint256 notional = 20_000 * 3.85e18;
        assertGe(clearinghouse.cashOf(FEES).raw() - before, int256((notional * 6) / 20_000), "half of 6 bp");
    }

    function fundContract(AccountId account, uint256 amount) internal {
        usdc.mint(address(_contract), amount);
        _contract.perform(address(usdc), abi.encodeCall(usdc.approve, (address(vault), amount)));
        _contract.perform(address(vault), abi.encodeCall(vault.deposit, (account, USD, amount)));
    }

    /// @dev `lots` of the BTC perpetual from thief to taker at mark, with a tip in either direction.
    function _selfTrade(uint128 lots, uint256 toThief, uint256 toTaker) private returns (Fill memory f) {
        f.maker = orderOf(_thief, perpetualOf(BTC), -1, lots, 38_500e18);
        f.taker = orderOf(_taker, perpetualOf(BTC), 1, lots, 38_500e18);
        (f.maker.tip, f.maker.tipReceiver) = (toTaker / lots, _taker);
        (f.taker.tip, f.taker.tipReceiver) = (toThief / lots, _thief);
        f.units = lots;
    }

    function _plan(Fill memory f) private {
        Fill[] memory fills = new Fill[](1);
        fills[0] = f;
        _contract.plan(address(exchange), abi.encodeCall(exchange.settle, (fills)));
    }

    /// @dev Refused as a whole is as good as refused inside.
    function _liquidate() private {
        Bid memory bid = Bid(alice, _taker, 1e18, Usd.wrap(0), "go");
        try _contract.perform(address(auction), abi.encodeCall(auction.liquidate, (bid))) {
            assertGt(_contract.played(), 0, "the script ran");
        } catch (bytes memory reason) {
            assertGt(reason.length, 3, "refused with a named error");
        }
    }
}
