// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Bid, ILiquidationCallback} from "../../contracts/interfaces/IAuction.sol";
import {IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../contracts/interfaces/IExchange.sol";
import {Assessment} from "../../contracts/interfaces/IMarginEngine.sol";
import {AccountId, accountId} from "../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../contracts/types/InstrumentId.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {Deployed} from "../fixtures/Deployed.sol";

/// @dev The deferred check of a keeper's account exempts the takeover, not what the keeper trades inside the callback.
contract CallbackTest is Deployed, ILiquidationCallback {
    AccountId private keeper;
    AccountId private accomplice;
    AccountId private debtor;

    function setUp() public override {
        super.setUp();
        fund(owner("depositors"), 0, 2_000_000);
        keeper = accountId(address(this), 1);
        accomplice = fund(address(this), 2, 100_000);
        debtor = fund(owner("debtor"), 0, 1_000);
        deposit(keeper, ETH, 500e18); // 1.5 M USD of collateral, no dollar
        Fill[] memory fills = _ownFill(debtor, accomplice, 3_000, BTC_SPOT);
        fills[0].takerSignature = sign(fills[0].taker);
        exchange.settle(fills);
        skip(60);
        btcSource.set(39_000e18); // debtor: on the way down
        skip(60);
        btcSource.set(37_000e18);
    }

    function onLiquidation(AccountId, AccountId, Usd, Usd, bytes calldata data) external {
        exchange.settle(abi.decode(data, (Fill[])));
    }

    /// @dev Sells one lot dear from one own account to the other: cash for an account that may withdraw it.
    function testFuzz_liquidate_INV7_holdsInsideTheCallback(uint256 dollars) public {
        dollars = bound(dollars, 1_000, 900_000);
        Fill[] memory fills = _ownFill(keeper, accomplice, 1, 37_000e18 + dollars * 1e22);
        Assessment memory before = assess(keeper);
        assertLt(assess(debtor).equity.raw(), assess(debtor).maintenance.raw(), "liquidatable");
        try auction.liquidate(Bid(debtor, keeper, 1e18, Usd.wrap(0), abi.encode(fills))) {} catch (
            bytes memory reason
        ) {
            assertEq(bytes4(reason), IClearinghouse.SettledCashTooLow.selector, "INV-7: refused for its reason");
        }
        Assessment memory end = assess(keeper);
        int256 bought = 1_500e18; // more than the whole account of the debtor can cost or owe
        int256 floor = before.settledCash.raw() - bought;
        if (floor > -end.debtLimit.raw()) floor = -end.debtLimit.raw();
        assertGe(end.settledCash.raw(), floor, "INV-7: a trade in the callback borrowed dollars");
    }

    /// @dev Orders without signatures: this contract owns or may use both accounts, or signs afterwards.
    function _ownFill(
        AccountId buyer,
        AccountId seller,
        uint128 lots,
        uint256 price
    ) private returns (Fill[] memory fills) {
        fills = new Fill[](1);
        fills[0].maker = orderOf(seller, perpetualOf(BTC), -1, lots, price);
        fills[0].taker = orderOf(buyer, perpetualOf(BTC), 1, lots, price);
        fills[0].units = lots;
    }
}
