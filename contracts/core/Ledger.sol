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

    /// @dev Where an account's |derivative lots| grew: in any derivative, and in dated ones.
    struct Raised {
        UnderlyingSet all;
        UnderlyingSet dated;
    }

    /// @dev One account during a move. `held` mirrors its positions, with room for as many as the move may open; the first
    /// `head.count` are held. `last` is where the last one was found, `hint` where the next one is looked for first.
    struct Side {
        AccountId account;
        bool isClearing;
        bool opened;
        Head head;
        Position[] held;
        uint256 last;
        uint256 hint;
        Raised raised;
    }

    mapping(AccountId account => Head head) internal _heads;
    /// @dev The first `count` entries are held, unsorted; a closed one is overwritten by the last.
    mapping(AccountId account => Position[MAX_POSITIONS] held) internal _positions;
    mapping(uint256 underlying => Exposure exposure) internal _exposures;
    /// @dev Lots of the series clearing accounts: an instrument belongs to one of them, and none of them is ever measured.
    mapping(InstrumentId instrument => int256 lots) internal _cleared;

    /// @dev The one primitive. INV-1..3: what `from` loses `to` gains, to the unit.
    /// @return raisedFrom Where |derivative lots| of `from` grew. @return raisedTo The same of `to`.
    function _move(Move memory m) internal returns (Raised memory raisedFrom, Raised memory raisedTo) {
        if (m.from == m.to) revert SameAccount(m.from);
        Side memory from = _side(m.from, m.legs.length);
        Side memory to = _side(m.to, m.legs.length);
        int256 cash = Usd.unwrap(m.cash);
        from.head.cash = (from.head.cash - cash).toInt128();
        to.head.cash = (to.head.cash + cash).toInt128();
        to.head.exists = true;
        // Backwards: legs come in stored order, and closing the last position moves none.
        for (uint256 i = m.legs.length; i != 0;) {
            --i;
            InstrumentId instrument = m.legs[i].instrument();
            int256 lots = m.legs[i].lots();
            int256 longs = _add(from, instrument, -lots);
            longs += _add(to, instrument, lots);
            if (longs == 0 || instrument.kind() == Kind.Spot) continue;
            Exposure storage exposure = _exposures[instrument.underlying()];
            // Fits: at most 2^47 lots a position, and long lots never sum below 0.
            exposure.longLots = uint256(int256(uint256(exposure.longLots)) + longs).toUint64();
        }
        _requireRoom(from);
        _requireRoom(to);
        _heads[m.from] = from.head;
        _heads[m.to] = to.head;
        emit Moved(m.from, m.to, m.reason, m.cash, m.legs);
        return (from.raised, to.raised);
    }

    /// @dev Without legs the positions are not read.
    function _side(AccountId account, uint256 legs) private view returns (Side memory side) {
        side.account = account;
        side.isClearing = account.isClearing();
        side.head = _heads[account];
        side.raised = Raised(NO_UNDERLYINGS, NO_UNDERLYINGS);
        unchecked {
            (side.last, side.hint) = (side.head.count, uint256(side.head.count) - 1);
        }
        if (legs != 0) side.held = _read(account, side.head.count, legs);
    }

    /// @dev Adds `delta` lots to one position; opens or removes its slot, and notes where |derivative lots| grew.
    /// @return Change of max(lots, 0); of a clearing account 0, since it only holds what others have settled.
    function _add(Side memory side, InstrumentId instrument, int256 delta) private returns (int256) {
        if (side.isClearing) {
            _cleared[instrument] += delta;
            return 0;
        }
        uint256 count = side.head.count;
        (uint256 index, int256 old) = _find(side, count, instrument);
        int256 lots = old + delta;
        Kind kind = instrument.kind();
        _requireInRange(side.account, instrument, kind, lots);
        if (lots != 0) {
            if (index == count) {
                if (count == MAX_POSITIONS) revert TooManyPositions(side.account, count);
                side.head.count = uint8(count + 1);
                side.opened = true;
            }
            _write(side, index, position(instrument, lots.toInt128()));
        } else if (index < count) {
            if (index != count - 1) _write(side, index, side.held[count - 1]);
            _write(side, count - 1, Position.wrap(0));
            side.head.count = uint8(count - 1);
        }
        bool rose = lots > 0 ? lots > old && lots > -old : -lots > old && lots < old;
        if (rose && kind != Kind.Spot) side.raised.all = side.raised.all.with(instrument.underlying());
        if (rose && kind > Kind.Perpetual) side.raised.dated = side.raised.dated.with(instrument.underlying());
        return (lots > 0 ? lots : int256(0)) - (old > 0 ? old : int256(0));
    }

    /// @dev The gas of taking an account over whole grows with its positions and underlyings, most with those that need a surface:
    /// whoever opens a position must stay where that fits a transaction (INV-15). The loop ends at MAX_POSITIONS.
    function _requireRoom(Side memory side) private pure {
        if (!side.opened || side.account.isSystem()) return;
        uint256 count = side.head.count;
        (UnderlyingSet all, UnderlyingSet dated) = (NO_UNDERLYINGS, NO_UNDERLYINGS);
        for (uint256 i; i < count; ++i) {
            InstrumentId instrument = side.held[i].instrument();
            all = all.with(instrument.underlying());
            if (instrument.isDated()) dated = dated.with(instrument.underlying());
        }
        uint256 taken = count + Parameters.UNDERLYING_ROOM * all.size() + Parameters.DATED_ROOM * dated.size();
        if (taken > Parameters.ACCOUNT_ROOM) revert AccountFull(side.account, taken, Parameters.ACCOUNT_ROOM);
    }

    function _write(Side memory side, uint256 index, Position word) private {
        side.held[index] = word;
        _positions[side.account][index] = word;
    }

    /// @dev Index and lots of a held instrument; (count, 0) when it is not held. Looks first as far from the last one as that
    /// was from the one before. The loop ends at MAX_POSITIONS.
    function _find(
        Side memory side,
        uint256 count,
        InstrumentId instrument
    ) private pure returns (uint256 index, int256) {
        Position[] memory held = side.held;
        index = side.hint;
        // if (index >= count || held[index] is not of instrument) {
        //     held[count] = position(instrument, 0); for (index = 0; held[index] is not of instrument; ++index) {}
        // } which finds the sentinel behind the last one when there is no other; a move has room for it.
        assembly ("memory-safe") {
            let words := add(held, 32)
            let at := add(words, shl(5, index))
            if iszero(lt(index, count)) {
                at := words
            }
            if iszero(eq(shr(128, mload(at)), instrument)) {
                mstore(add(words, shl(5, count)), shl(128, instrument))
                at := words
                for {} iszero(eq(shr(128, mload(at)), instrument)) {} {
                    at := add(at, 32)
                }
            }
            index := shr(5, sub(at, words))
        }
        // Modulo 2^256: a hint outside of what is held is none.
        unchecked {
            side.hint = 2 * index - side.last;
        }
        side.last = index;
        return (index, index == count ? int256(0) : int256(held[index].lots()));
    }

    function _requireInRange(AccountId account, InstrumentId instrument, Kind kind, int256 lots) private pure {
        if (kind == Kind.Spot) {
            if (lots < 0 && account != CUSTODY) revert NegativeCollateral(account, instrument, lots);
            return;
        }
        int256 limit = kind > Kind.Future ? Parameters.MAX_OPTION_LOTS : Parameters.MAX_DERIVATIVE_LOTS;
        if (lots >= limit || lots <= -limit) revert LotsOutOfRange(account, instrument, lots, limit);
    }

    function _portfolio(AccountId account) internal view returns (Portfolio memory p) {
        Head storage head = _heads[account];
        p.mode = head.mode;
        p.cash = Usd.wrap(head.cash);
        p.positions = _read(account, head.count, 0);
    }

    /// @dev The positions of an account and `room` for more.
    function _read(AccountId account, uint256 count, uint256 room) private view returns (Position[] memory positions) {
        positions = new Position[](count + room);
        Position[MAX_POSITIONS] storage held = _positions[account];
        // for (i = 0; i < count; ++i) positions[i] = held[i]; a position fills a slot.
        assembly ("memory-safe") {
            let word := add(positions, 32)
            for {
                let slot := held.slot
                let end := add(slot, count)
            } lt(slot, end) {
                slot := add(slot, 1)
            } {
                mstore(word, sload(slot))
                word := add(word, 32)
            }
        }
    }

    function _underlyingsOf(Portfolio memory p) internal pure returns (UnderlyingSet set) {
        set = NO_UNDERLYINGS;
        for (uint256 i; i < p.positions.length; ++i) {
            set = set.with(p.positions[i].instrument().underlying());
        }
    }
}
