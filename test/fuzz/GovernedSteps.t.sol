// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode} from "../../contracts/interfaces/IMarginEngine.sol";
import {Kind} from "../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../contracts/types/Position.sol";
import {Books} from "../fixtures/Books.sol";
import {steppedRisk, steppedTerms} from "../fixtures/GovernedSteps.sol";

/// @dev What one day's steps of all parameters that act on maintenance margin at once can do to it.
contract GovernedStepsTest is Books {
    /// @dev Strikes of a ladder from half of spot to twice that.
    uint256 private constant STRIKES = 76;

    function setUp() public override {
        super.setUp();
        skip(1 days);
    }

    /* ANY BOOK */

    /// @dev At most 2 % of itself and 0.07 % of the notional, in whichever direction each parameter goes.
    function testFuzz_step_raisesMaintenanceByTwoPercent(uint256 seed, uint256 volatility) public {
        volatility = bound(volatility, 0.2e18, 1.5e18);
        list(BTC, volatility);
        list(ETH, volatility);
        Position[] memory p = _ownedSpot(join(randomBook(seed, BTC), randomBook(seed ^ 1, ETH)));
        Assessment[2] memory b = [assessIn(Mode.Cross, p), assessIn(Mode.Portfolio, p)];
        uint256 directions = uint256(keccak256(abi.encode(seed)));
        _step(BTC, directions);
        _step(ETH, directions >> 16);
        _requireBounded(b[0], assessIn(Mode.Cross, p));
        _requireBounded(b[1], assessIn(Mode.Portfolio, p));
    }

    /// @dev The same with collateral that is owned: nobody can owe it.
    function _ownedSpot(Position[] memory p) private pure returns (Position[] memory) {
        for (uint256 i; i < p.length; ++i) {
            bool isOwed = p[i].instrument().kind() == Kind.Spot && p[i].lots() < 0;
            if (isOwed) p[i] = position(p[i].instrument(), -p[i].lots());
        }
        return p;
    }

    function _requireBounded(Assessment memory b, Assessment memory a) private pure {
        int256 most = (b.maintenance.raw() * 102) / 100 + (b.gross.raw() * 7) / 10_000;
        assertLe(a.maintenance.raw(), most + 1e12, "more than 2 % and 0.07 % of the notional");
        assertGt(b.gross.raw(), 0);
    }

    /// @dev Every parameter up or down by its largest step; half of the time all ask for more.
    function _step(uint8 underlying, uint256 directions) private {
        int256[3] memory risk;
        int256[7] memory terms;
        bool isAllMore = (directions >> 10) & 1 == 0;
        for (uint256 i; i < 10; ++i) {
            int256 share = isAllMore || (directions >> i) & 1 == 0 ? int256(1e18) : int256(-1e18);
            if (i < 3) risk[i] = share;
            else terms[i - 3] = share;
        }
        markets.setRiskParameters(underlying, steppedRisk(markets.riskParameters(underlying), risk));
        series.setRiskTerms(underlying, steppedTerms(series.riskTerms(underlying), terms));
    }

    /* SHORT OPTIONS */

    /// @dev Within 30 % of spot, and as far as half of it or twice. A rise of volatility weighs most far from the money a day before
    /// expiry, beside the charge of 0.3 %.
    function test_step_raisesShortOptionsByLittleNearTheMoney() public {
        _requireWorst(0.4e18, 0.03e18, 0.0435e18);
        _requireWorst(0.8e18, 0.0331e18, 0.0586e18);
        _requireWorst(1.5e18, 0.0263e18, 0.0461e18);
    }

    /// @dev Of single short options of all expiries, to 0.1 %. WAD.
    function _requireWorst(uint256 volatility, int256 near, int256 far) private {
        uint256 state = vm.snapshotState();
        list(BTC, volatility);
        int256[] memory before = _ladder();
        _step(BTC, 0);
        int256[] memory later = _ladder();
        int256[2] memory worst;
        for (uint256 i; i < before.length; ++i) {
            int256 rise = (later[i] * 1e18) / before[i] - 1e18;
            bool isNear = i % STRIKES >= 10 && i % STRIKES <= 40;
            if (isNear && rise > worst[0]) worst[0] = rise;
            if (rise > worst[1]) worst[1] = rise;
        }
        assertApproxEqAbs(worst[0], near, 0.001e18, "within 30 % of spot");
        assertApproxEqAbs(worst[1], far, 0.001e18, "half to twice spot");
        assertTrue(vm.revertToState(state));
    }

    /// @dev Maintenance of every short option.
    function _ladder() private view returns (int256[] memory maintenance) {
        maintenance = new int256[](EXPIRIES * STRIKES);
        Shape memory s = btcShape();
        for (uint256 i; i < maintenance.length; ++i) {
            s.near = i / STRIKES;
            s.centre = (BTC_SPOT * (50 + 2 * (i % STRIKES))) / 100;
            bytes memory leg = s.centre < BTC_SPOT ? bytes("P4na") : bytes("C4na");
            maintenance[i] = assessIn(Mode.Cross, book(s, leg)).maintenance.raw();
        }
    }

    /* LINEAR BOOKS */

    /// @dev Relief and threshold of the epoch compound: 1.02 * (1 + 0.02 * 0.5 / 6.5).
    function test_step_raisesLinearBooksByLittleMore() public {
        Position[] memory p = book(btcShape(), "U0n1");
        int256 b = assessIn(Mode.Cross, p).maintenance.raw();
        _step(BTC, 0);
        assertEq(assessIn(Mode.Cross, p).maintenance.raw() * 6500, (b * 6510 * 102) / 100);
    }

    /// @dev A hedged pair has the haircut alone, a spread of futures the basis alone: 2 % each.
    function test_step_raisesChargesByTwoPercent() public {
        Position[] memory hedged = book(btcShape(), "S0n1U0na");
        Position[] memory spread = book(btcShape(), "F0n1F0fa");
        int256[2] memory b = [_maintenance(hedged), _maintenance(spread)];
        _step(BTC, 0);
        assertEq(_maintenance(hedged) * 100, b[0] * 102);
        assertApproxEqRel(_maintenance(spread) * 100, b[1] * 102, 0.0002e18);
    }

    function _maintenance(Position[] memory p) private view returns (int256) {
        return assessIn(Mode.Cross, p).maintenance.raw();
    }
}
