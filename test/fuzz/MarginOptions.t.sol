// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode, UnderlyingRisk} from "../../contracts/interfaces/IMarginEngine.sol";
import {Position, position} from "../../contracts/types/Position.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {Books} from "../fixtures/Books.sol";

/// @dev What holds for every book: the requirement is a function of the vector, homogeneous, and of nothing else.
contract MarginOptionsTest is Books {
    /// @dev n times the book costs n times as much, each of its roundings up apart: one a charge, one an expiry in the basis.
    function testFuzz_charges_areHomogeneous(uint256 seed, uint256 factor) public view {
        int256 n = int256(bound(factor, 2, 50));
        Position[] memory p = randomBook(seed, BTC);
        (, UnderlyingRisk memory one) = audit(p);
        (, UnderlyingRisk memory many) = audit(times(p, int128(n)));
        _assertTimes(many.worst, one.worst, n, 1, "W");
        _assertTimes(many.worstLinear, one.worstLinear, n, 1, "W of the linear part");
        _assertTimes(many.worstOptions, one.worstOptions, n, 1, "W of the options");
        _assertTimes(many.requirement, one.requirement, n, 3, "R");
        _assertTimes(many.optionMaintenance, one.optionMaintenance, n, 1, "option charge");
        _assertTimes(many.optionInitial, one.optionInitial, n, 1, "option charge, initial");
        _assertTimes(many.calendar, one.calendar, n, 2, "calendar");
        _assertTimes(many.basis, one.basis, n, 4, "basis");
        _assertTimes(many.ownMaintenance, one.ownMaintenance, n, 4, "own maintenance");
        _assertTimes(many.ownInitial, one.ownInitial, n, 8, "own initial");
        for (uint256 k; k < 30; ++k) {
            assertEq(many.pnl54[k], n * one.pnl54[k], "the vector itself is exact");
        }
    }

    /// @dev `many` is at most n times `one`, and at most `units` a book short of it.
    function _assertTimes(Usd many, Usd one, int256 n, int256 units, string memory what) private pure {
        assertLe(many.raw(), n * one.raw(), what);
        assertGe(many.raw() + units * n, n * one.raw(), what);
    }

    /// @dev Slots and the price interval's floors apart; nothing here is concentrated.
    function testFuzz_assessment_isHomogeneous(uint256 seed, uint256 factor) public view {
        int256 n = int256(bound(factor, 2, 50));
        Position[] memory p = join(randomBook(seed, BTC), randomBook(seed >> 3, ETH));
        Mode mode = seed % 2 == 0 ? Mode.Cross : Mode.Portfolio;
        (Assessment memory one, ) = auditIn(mode, p);
        (Assessment memory many, ) = auditIn(mode, times(p, int128(n)));
        int256 slots = int256(p.length) * 2e18;
        assertApproxEqAbs(many.maintenance.raw(), n * one.maintenance.raw(), uint256(32 * n), "MM");
        assertApproxEqAbs(many.initial.raw() - slots, n * (one.initial.raw() - slots), uint256(64 * n), "IM");
        assertApproxEqAbs(many.equity.raw(), n * one.equity.raw(), uint256(n), "E");
    }

    /// @dev The same positions in any order, and in halves, need the same to the unit; a half is a slot more.
    function testFuzz_assessment_isThatOfTheVector(uint256 seed) public view {
        Position[] memory p = join(randomBook(seed, BTC), randomBook(seed >> 3, ETH));
        Mode mode = seed % 2 == 0 ? Mode.Cross : Mode.Portfolio;
        (Assessment memory whole, UnderlyingRisk[] memory parts) = auditIn(mode, p);
        (Assessment memory shuffled, UnderlyingRisk[] memory others) = auditIn(mode, _shuffled(p, seed));
        assertEq(keccak256(abi.encode(whole)), keccak256(abi.encode(shuffled)), "order");
        assertEq(keccak256(abi.encode(parts)), keccak256(abi.encode(others)), "order, in detail");
        (shuffled, others) = auditIn(mode, _halved(p, seed));
        shuffled.initial = shuffled.initial - Usd.wrap(int256(p.length) * 2e18);
        assertEq(keccak256(abi.encode(whole)), keccak256(abi.encode(shuffled)), "halves");
        assertEq(keccak256(abi.encode(parts)), keccak256(abi.encode(others)), "halves, in detail");
    }

    function _shuffled(Position[] memory p, uint256 seed) private pure returns (Position[] memory q) {
        q = times(p, 1);
        for (uint256 i = q.length - 1; i > 0; --i) {
            uint256 j = uint256(keccak256(abi.encode(seed, i))) % (i + 1);
            (q[i], q[j]) = (q[j], q[i]);
        }
    }

    /// @dev Every position as two of the same sign.
    function _halved(Position[] memory p, uint256 seed) private pure returns (Position[] memory q) {
        q = join(p, p);
        for (uint256 i; i < p.length; ++i) {
            int128 part = (p[i].lots() * int128(uint128(seed % 101))) / 100;
            q[i] = position(p[i].instrument(), part);
            q[i + p.length] = position(p[i].instrument(), p[i].lots() - part);
        }
    }

    /// @dev What `assess` decides is what `audit` explains, in both modes.
    function testFuzz_audit_saysWhatAssessDecides(uint256 seed) public view {
        Position[] memory p = join(randomBook(seed, BTC), randomBook(seed >> 3, ETH));
        _requireSame(Mode.Cross, p);
        _requireSame(Mode.Portfolio, p);
    }

    function _requireSame(Mode mode, Position[] memory p) private view {
        (Assessment memory explained, ) = auditIn(mode, p);
        assertEq(keccak256(abi.encode(assessIn(mode, p))), keccak256(abi.encode(explained)));
    }

    /// @dev A position and its opposite on top of any book with a short option change nothing but gross notional and slots.
    function testFuzz_opposites_leaveNothing(uint256 seed, uint256 pairSeed) public view {
        Position[] memory p = join(randomBook(seed, BTC), book(btcShape(), "C4na"));
        Position[] memory pair = randomBook(pairSeed, BTC);
        (Assessment memory a, UnderlyingRisk memory before) = audit(p);
        (Assessment memory b, UnderlyingRisk memory later) = audit(join(p, join(pair, times(pair, -1))));
        assertEq(a.maintenance.raw(), b.maintenance.raw(), "MM");
        assertEq(a.equity.raw(), b.equity.raw(), "E");
        assertEq(a.goodEnd.raw(), b.goodEnd.raw(), "good end");
        int256 gross = (b.gross - a.gross).raw() / 1000 + int256(2 * pair.length) * 2e18;
        assertApproxEqAbs(b.initial.raw() - a.initial.raw(), gross, 2, "IM");
        assertEq(keccak256(abi.encode(before)), keccak256(abi.encode(later)), "in detail");
    }
}
