// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode, UnderlyingRisk} from "../../../contracts/interfaces/IMarginEngine.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {TailBooks} from "../../fixtures/TailBooks.sol";

/// @dev M-6: risk-neutral and quantitative margin: min(portfolio, max(floor * portfolio, sum ES)), for real accounts and books.
contract TailModesTest is TailBooks {
    bytes[6] private _shapes = [bytes("U0n1"), "C4naP4na", "C3n1C4nbC5n1", "P3naC5naU0n1", "S0n1C5na", "C4naC4f1F0n1"];

    function _pair(bytes memory legs) private view returns (Position[] memory) {
        Shape memory eth = Shape(ETH, 13_333, 2, 3, ETH_SPOT, 100e18);
        return join(book(btcShape(), legs), times(book(eth, legs), -1));
    }

    /* THE MEASURE */

    /// @dev INV-12: 0.7 Portfolio <= tail mode <= Portfolio <= Cross = Isolated, in both margins.
    function test_modes_areOrdered() public {
        postHistories(evenCaps(600));
        for (uint256 i; i < _shapes.length; ++i) {
            _assertOrdered(book(btcShape(), _shapes[i]));
            _assertOrdered(_pair(_shapes[i]));
        }
    }

    function _assertOrdered(Position[] memory p) private view {
        Assessment[5] memory a;
        for (uint256 m; m < 5; ++m) a[m] = assessIn(Mode(m), p);
        assertEq(keccak256(abi.encode(a[0])), keccak256(abi.encode(a[1])), "Isolated is measured as Cross");
        assertLe(a[2].maintenance.raw(), a[0].maintenance.raw(), "MM of Portfolio");
        assertLe(a[2].initial.raw(), a[0].initial.raw(), "IM of Portfolio");
        for (uint256 m = 3; m < 5; ++m) {
            assertLe(a[m].maintenance.raw(), a[2].maintenance.raw(), "MM");
            assertLe(a[m].initial.raw(), a[2].initial.raw(), "IM");
            assertGe(a[m].maintenance.raw() * 10, a[2].maintenance.raw() * 7, "INV-12: MM");
            assertGe(a[m].initial.raw() * 10, a[2].initial.raw() * 7, "INV-12: IM");
            assertEq(a[m].equity.raw(), a[2].equity.raw(), "E is no matter of the mode");
        }
    }

    /// @dev One underlying without options: MM is the measure alone, R = 0.5 * 6.5 % * 400,000 = 13,000.
    /// Least caps: (164 * 4 + 410 * 2 + 819 * 1 + 164 * 2.5) / 8191 = 0.33024 of the range's 26,000, below the floor of 9,100.
    function test_quantitative_byHand() public {
        Position[] memory p = times(book(btcShape(), "U0n1"), 10);
        assertEq(assessIn(Mode.Quantitative, p).maintenance.raw(), 13_000e18, "nothing is known: Portfolio");
        postHistory(BTC, leastCaps(), 0);
        (Assessment memory a, UnderlyingRisk[] memory risks) = auditIn(Mode.Quantitative, p);
        assertApproxEqAbs(risks[0].shortfall.raw(), int256(26_000e18 * 2705) / 8191, 1e16);
        assertEq(risks[0].shortfall.raw(), risks[0].initialShortfall.raw());
        assertEq(a.maintenance.raw(), 9_100e18, "the floor");
        assertEq(a.initial.raw(), 11_830e18 + 400e18 + 2e18, "1.3 of it, gross and slot charge");
    }

    /// @dev Caps of 480: (480 * 4 + 480 * 2 + 819 + 480 * 2.5) / 8191 = 0.59810 of 26,000 is more than 13,000; caps of 400, node 1
    /// at 410: (1,600 + 820 + 819 + 1,000) / 8191 = 0.51752 too. 300: (1,200 + 820 + 819 + 750) / 8191 = 0.43816, 11,392.2.
    function test_quantitative_betweenFloorAndPortfolio() public {
        Position[] memory p = times(book(btcShape(), "U0n1"), 10);
        postHistory(BTC, evenCaps(300), 0);
        assertApproxEqAbs(assessIn(Mode.Quantitative, p).maintenance.raw(), 11_392.2e18, 0.1e18, "the shortfall");
        vm.warp(block.timestamp + 1 days);
        postHistory(BTC, evenCaps(400), 0);
        assertApproxEqAbs(assessIn(Mode.Quantitative, p).maintenance.raw(), 11_392.2e18, 0.1e18, "maintenance follows");
        assertEq(assessIn(Mode.Quantitative, p).initial.raw(), assessIn(Mode.Portfolio, p).initial.raw(), "at once");
        skip(20 hours);
        assertEq(assessIn(Mode.Quantitative, p).maintenance.raw(), 13_000e18, "at most Portfolio");
    }

    /// @dev Sum of ES between the floor and the measure of Portfolio, whatever the group offsets.
    function test_tailModes_measureIsClamped() public {
        postHistories(evenCaps(600));
        for (uint256 i; i < _shapes.length; ++i) {
            _assertClamped(Mode.RiskNeutral, _pair(_shapes[i]));
            _assertClamped(Mode.Quantitative, _pair(_shapes[i]));
        }
    }

    function _assertClamped(Mode mode, Position[] memory p) private view {
        (Assessment memory portfolio, UnderlyingRisk[] memory risks) = auditIn(Mode.Portfolio, p);
        int256 charges;
        int256 own;
        for (uint256 i; i < risks.length; ++i) {
            charges += (risks[i].optionMaintenance + risks[i].calendar + risks[i].basis + risks[i].haircut).raw();
            own += (risks[i].ownMaintenance + risks[i].calendar + risks[i].basis + risks[i].haircut).raw();
        }
        if (portfolio.maintenance.raw() == own) return; // long options alone: less than any measure
        int256 measure = portfolio.maintenance.raw() - charges;
        Assessment memory a;
        (a, risks) = auditIn(mode, p);
        int256 expected = (risks[0].shortfall + risks[1].shortfall).raw();
        int256 floor = (measure * 7 + 9) / 10;
        if (expected < floor) expected = floor;
        if (expected > measure) expected = measure;
        assertEq(a.maintenance.raw(), expected + charges);
    }

    /// @dev An underlying of which nothing is known counts R_u, with a floor of 1.
    function test_quantitative_withOneUnknownUnderlying() public {
        Position[] memory p = book(btcShape(), "U0n1");
        Shape memory eth = Shape(ETH, 10_000, 2, 3, ETH_SPOT, 100e18);
        p = join(p, book(eth, "U0n1"));
        postHistory(BTC, leastCaps(), 500_000);
        (Assessment memory a, UnderlyingRisk[] memory risks) = auditIn(Mode.Quantitative, p);
        assertEq(risks[1].shortfall.raw(), risks[1].requirement.raw());
        // R 1,300 and 1,275: floor (0.7 * 1,300 + 1,275) / 2,575 of it, which is more than ES of 858.6 and 1,275.
        assertEq(a.maintenance.raw(), 910e18 + 1_275e18);
    }

    /* REAL ACCOUNTS */

    function test_setMode_throughAllModes() public {
        postHistories(leastCaps());
        AccountId account = openLong(40_000);
        int256 cross = maintenanceOf(account);
        for (uint256 m = 1; m < 5; ++m) {
            changeMode(account, Mode(m));
            assertTrue(clearinghouse.portfolio(account).mode == Mode(m));
            Assessment memory a = assess(account);
            assertEq(a.maintenance.raw(), assessAs(account, Mode(m)).maintenance.raw(), "what the engine says");
            assertEq(a.initial.raw(), assessAs(account, Mode(m)).initial.raw());
        }
        assertEq(maintenanceOf(account) * 10, cross * 7, "the floor");
        changeMode(account, Mode.Cross);
        assertEq(maintenanceOf(account), cross, "and back");
    }

    /// @dev A trade, a withdrawal and a transfer are checked in the account's mode: it may use what the mode frees.
    function test_tailMode_countsInEveryCheck() public {
        postHistories(leastCaps());
        AccountId account = openLong(40_000);
        changeMode(account, Mode.Quantitative);
        withdrawToInitial(account);
        Assessment memory a = assess(account);
        assertLt(a.equity.raw(), assessAs(account, Mode.Portfolio).maintenance.raw(), "too little for Portfolio");
        assertFalse(auction.liquidationState(account).liquidatable);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        vm.prank(account.owner());
        vault.withdraw(account, USD, 1e6, account.owner(), 0);
    }

    /// @dev E-4: an unhealthy account stays in its mode, however healthy it would be in another.
    function test_setMode_refusesAnUnhealthyAccount() public {
        postHistories(leastCaps());
        AccountId account = openLong(18_000);
        skip(1 minutes);
        btcSource.set(39_470e18);
        Assessment memory a = assess(account);
        assertLt(a.equity.raw(), a.maintenance.raw(), "unhealthy");
        assertGe(a.equity.raw(), assessAs(account, Mode.Quantitative).initial.raw(), "it would have initial margin");
        bytes memory refused = abi.encodeWithSelector(
            IClearinghouse.InsufficientMargin.selector,
            account,
            a.equity,
            a.maintenance,
            a.maintenance
        );
        vm.expectRevert(refused);
        changeMode(account, Mode.Quantitative);
        deposit(account, USD, 1_000e6);
        changeMode(account, Mode.Quantitative);
    }

    /// @dev E-4: maintenance margin in the old mode is not enough without initial margin in the new one.
    function test_setMode_refusesWithoutInitialMarginInTheNewMode() public {
        postHistories(leastCaps());
        AccountId account = openLong(40_000);
        changeMode(account, Mode.Quantitative);
        withdrawToInitial(account);
        Assessment memory a = assessAs(account, Mode.Cross);
        bytes memory refused = abi.encodeWithSelector(
            IClearinghouse.InsufficientMargin.selector,
            account,
            assess(account).equity,
            a.initial,
            a.maintenance
        );
        vm.expectRevert(refused);
        changeMode(account, Mode.Cross);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        changeMode(account, Mode.Portfolio);
        changeMode(account, Mode.Quantitative); // the mode it has
    }

    /// @dev The view `matrix` has the rows that the modes need.
    function test_matrix_hasTheRowsOfTheTails() public {
        postHistories(leastCaps());
        Position[] memory p = _pair("U0n1");
        assertEq(matrixOf(p).tails.length, 2);
        assertEq(matrixOf(p).tails[0].historical.above(), 0.7e9);
        assertEq(clearinghouse.snapshot(matrixOf(p).set).tails.length, 0);
        assertEq(address(clearinghouse.tails()), address(tails));
    }
}
