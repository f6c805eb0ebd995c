// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AccountId, CUSTODY} from "../types/AccountId.sol";
import {InstrumentId, Kind} from "../types/InstrumentId.sol";
import {Position, position} from "../types/Position.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../types/UnderlyingSet.sol";
import {Usd} from "../types/Usd.sol";
import {IClearinghouse, Move} from "../interfaces/IClearinghouse.sol";
import {Mode, Portfolio} from "../interfaces/IMarginEngine.sol";
import {MAX_POSITIONS, Parameters} from "../libraries/Parameters.sol";

/// @notice Balances and the one primitive that changes them.
abstract contract Ledger is IClearinghouse {
    using SafeCast for int256;
    using SafeCast for uint256;

    /// @dev One slot: 16 + 1 + 1 + 1 + 1 + 1 bytes. `cash` in USD, 18 decimals.
    struct Head {
        int128 cash;
        uint8 count;
        Mode mode;
        bool exists;
        bool flagged;
        bool reduceOnly;
    }

    /// @dev One slot: 8 + 16 bytes. `longLots` sums the long sides of all derivatives; `deficit` USD, 18 decimals.
    struct Exposure {
        uint64 longLots;
        uint128 deficit;
    }

    mapping(AccountId account => Head) internal _heads;
    /// @dev The first `count` entries are held, unsorted; a closed one is overwritten by the last.
    mapping(AccountId account => Position[MAX_POSITIONS]) internal _positions;
    mapping(uint256 underlying => Exposure) internal _exposures;

    /// @dev The one primitive. INV-1..3: what `from` loses `to` gains, to the unit.
    /// @return raisedFrom Underlyings in which |derivative lots| of `from` grew. @return raisedTo The same of `to`.
    function _move(Move memory m) internal returns (UnderlyingSet raisedFrom, UnderlyingSet raisedTo) {
        if (m.from == m.to) revert SameAccount(m.from);
        Head memory from = _heads[m.from];
        Head memory to = _heads[m.to];
        int256 cash = Usd.unwrap(m.cash);
        from.cash = (from.cash - cash).toInt128();
        to.cash = (to.cash + cash).toInt128();
        to.exists = true;
        for (uint256 i; i < m.legs.length; ++i) {
            InstrumentId instrument = m.legs[i].instrument();
            int256 lots = m.legs[i].lots();
            (bool roseFrom, int256 longFrom) = _add(m.from, from, instrument, -lots);
            (bool roseTo, int256 longTo) = _add(m.to, to, instrument, lots);
            if (instrument.kind() == Kind.Spot) continue;
            uint256 underlying = instrument.underlying();
            if (roseFrom) raisedFrom = raisedFrom.with(underlying);
            if (roseTo) raisedTo = raisedTo.with(underlying);
            // Fits: at most 2^47 lots a position, and long lots never sum below 0.
            int256 longLots = int256(uint256(_exposures[underlying].longLots)) + longFrom + longTo;
            if (longFrom + longTo != 0) _exposures[underlying].longLots = uint256(longLots).toUint64();
        }
        _heads[m.from] = from;
        _heads[m.to] = to;
        emit Moved(m.from, m.to, m.reason, m.cash, m.legs);
    }

    /// @dev Adds `delta` lots to one position; opens or removes its slot. The loop ends at MAX_POSITIONS.
    /// @return rose |lots| grew. @return long Change of max(lots, 0).
    function _add(
        AccountId account,
        Head memory head,
        InstrumentId instrument,
        int256 delta
    ) private returns (bool rose, int256 long) {
        Position[MAX_POSITIONS] storage held = _positions[account];
        uint256 count = head.count;
        uint256 index;
        Position found;
        for (; index < count; ++index) {
            found = held[index];
            if (found.instrument() == instrument) break;
        }
        int256 old = index == count ? int256(0) : int256(found.lots());
        int256 lots = old + delta;
        _requireInRange(account, instrument, lots);
        if (lots != 0) {
            if (index == count) {
                if (count == MAX_POSITIONS) revert TooManyPositions(account, count);
                head.count = uint8(count + 1);
            }
            held[index] = position(instrument, lots.toInt128());
        } else if (index < count) {
            held[index] = held[count - 1];
            held[count - 1] = Position.wrap(0);
            head.count = uint8(count - 1);
        }
        rose = lots > 0 ? lots > old && lots > -old : -lots > old && lots < old;
        long = (lots > 0 ? lots : int256(0)) - (old > 0 ? old : int256(0));
    }

    function _requireInRange(AccountId account, InstrumentId instrument, int256 lots) private pure {
        if (instrument.kind() == Kind.Spot) {
            if (lots < 0 && account != CUSTODY) revert NegativeCollateral(account, instrument, lots);
        } else if (lots >= Parameters.MAX_DERIVATIVE_LOTS || lots <= -Parameters.MAX_DERIVATIVE_LOTS) {
            revert LotsOutOfRange(account, instrument, lots, Parameters.MAX_DERIVATIVE_LOTS);
        }
    }

    function _portfolio(AccountId account) internal view returns (Portfolio memory p) {
        Head memory head = _heads[account];
        p.mode = head.mode;
        p.cash = Usd.wrap(head.cash);
        p.positions = new Position[](head.count);
        for (uint256 i; i < head.count; ++i) {
            p.positions[i] = _positions[account][i];
        }
    }

    function _underlyingsOf(Portfolio memory p) internal pure returns (UnderlyingSet set) {
        set = NO_UNDERLYINGS;
        for (uint256 i; i < p.positions.length; ++i) {
            set = set.with(p.positions[i].instrument().underlying());
        }
    }
}
