// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AccountId, compartment, CUSTODY, HOLE} from "../types/AccountId.sol";
import {Position} from "../types/Position.sol";
import {NO_UNDERLYINGS} from "../types/UnderlyingSet.sol";
import {maxUsd, minUsd, Usd, ZERO_USD} from "../types/Usd.sol";
import {Bid, IAuction, ILiquidationCallback, LiquidationState} from "../interfaces/IAuction.sol";
import {IClearinghouse, Move, Reason} from "../interfaces/IClearinghouse.sol";
import {Assessment, IMarginEngine, Portfolio, UnderlyingRisk} from "../interfaces/IMarginEngine.sol";
import {Snapshot} from "../interfaces/IMarkets.sol";
import {AuctionMath} from "../libraries/AuctionMath.sol";
import {Engine} from "../libraries/Engine.sol";
import {ExitRule} from "../libraries/ExitRule.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Parameters} from "../libraries/Parameters.sol";

/// @title Auction
contract Auction is IAuction {
    using SafeCast for uint256;
    using Engine for IMarginEngine;

    /// @dev One slot: 6 + 6 + 6 bytes. Running: `startedAt` is t0. Stopped: `elapsed` was on the clock at `stoppedAt`.
    struct Clock {
        uint48 startedAt;
        uint48 stoppedAt;
        uint48 elapsed;
    }

    /// @dev One takeover in the making. `rate` discounts, `rewardFloor` is what the keeper gets at least.
    struct Slice {
        AccountId account;
        AccountId keeper;
        Reason reason;
        uint256 fraction;
        uint256 rate;
        uint256 rewardRate;
        Usd extraReward;
        bool free;
        Portfolio portfolio;
        Snapshot market;
        Assessment before;
    }

    /// @dev What a takeover does.
    struct Outcome {
        Usd value;
        Usd removed;
        Usd payment;
        Usd lossShare;
        Usd topUp;
        Usd paidOut;
        Assessment rest;
    }

    IClearinghouse public immutable CLEARINGHOUSE;

    mapping(AccountId account => Clock clock) private _clocks;

    constructor(IClearinghouse clearinghouse) {
        CLEARINGHOUSE = clearinghouse;
    }

    modifier locked() {
        CLEARINGHOUSE.lock();
        _;
        CLEARINGHOUSE.unlock();
    }

    /* CLOCK */

    /// @inheritdoc IAuction
    function flag(AccountId account) external locked {
        Assessment memory a = _open(account);
        _requireUnhealthy(account, a);
        _start(account, a);
        CLEARINGHOUSE.setFlag(account, true, maxUsd(-a.equity, ZERO_USD));
    }

    /// @inheritdoc IAuction
    function unflag(AccountId account) external locked {
        if (_clocks[account].startedAt == 0) revert NotFlagged(account);
        Assessment memory a = _open(account);
        if (a.equity < a.maintenance) revert StillUnhealthy(account, a.equity, a.maintenance);
        _stop(account, a);
    }

    /* TAKEOVERS */

    /// @inheritdoc IAuction
    function liquidate(Bid calldata bid) external locked returns (Usd payment, Usd reward) {
        Slice memory s = _prepare(bid.account, bid.keeper, Reason.Liquidation);
        _requireUnhealthy(s.account, s.before);
        _start(s.account, s.before);
        (uint256 least, uint256 most) = AuctionMath.fractionBounds(s.before);
        if (bid.fraction < least) revert FractionTooSmall(bid.fraction, least);
        s.fraction = bid.fraction < most ? bid.fraction : most;
        uint256 elapsed = block.timestamp - _clocks[s.account].startedAt;
        s.rate = AuctionMath.cappedRate(AuctionMath.discountRate(elapsed), s.before);
        s.rewardRate = AuctionMath.rewardRate(elapsed);
        if (s.before.maintenance.raw() < Parameters.DUST_MAINTENANCE) {
            s.free = s.before.equity > ZERO_USD && elapsed >= Parameters.DISCOUNT_RAMP;
            if (s.before.equity < ZERO_USD) s.extraReward = AuctionMath.dustReward(s.before.maintenance);
        }
        Outcome memory o = _takeOver(s);
        reward = _reward(o, bid.minReward);
        payment = o.payment;
        _afterSlice(s, o);
        emit Sliced(s.account, s.keeper, s.fraction, o.value, o.payment, o.paidOut, o.removed);
        _settleKeeper(s, o, bid.data);
    }

    /// @inheritdoc IAuction
    function convert(
        AccountId account,
        AccountId keeper,
        Usd minReward,
        bytes calldata data
    ) external locked returns (Usd payment, Usd reward) {
        Slice memory s = _prepare(account, keeper, Reason.Conversion);
        Assessment memory a = s.before;
        if (!_isConvertible(a)) revert NotConvertible(account, a.settledCash, a.debtLimit, a.equity, a.maintenance);
        s.fraction = AuctionMath.conversionFraction(a);
        s.rate = AuctionMath.cappedRate(uint256(Parameters.DISCOUNT_START), a);
        Outcome memory o = _takeOver(s);
        reward = _reward(o, minReward);
        payment = o.payment;
        emit Converted(account, keeper, s.fraction, o.value, o.payment);
        _settleKeeper(s, o, data);
    }

    /// @inheritdoc IAuction
    function absorb(AccountId account) external locked {
        uint256 positions = CLEARINGHOUSE.portfolio(account).positions.length;
        Usd cash = CLEARINGHOUSE.cashOf(account);
        if (positions != 0 || cash >= ZERO_USD || account.isSystem()) revert NotAbsorbable(account, positions, cash);
        Usd common = minUsd(-cash, maxUsd(CLEARINGHOUSE.cashOf(compartment(0)), ZERO_USD));
        Move[] memory moves = new Move[](2);
        moves[0] = _cashMove(compartment(0), account, Reason.Absorption, common);
        moves[1] = _cashMove(HOLE, account, Reason.Absorption, -cash - common);
        _execute(moves);
        delete _clocks[account];
        CLEARINGHOUSE.setFlag(account, false, ZERO_USD);
        emit Covered(account, 0, ZERO_USD, common, -cash - common);
        emit Absorbed(account, -cash);
    }

    /* VIEWS */

    /// @inheritdoc IAuction
    function liquidationState(AccountId account) external view returns (LiquidationState memory state) {
        Assessment memory a = CLEARINGHOUSE.assess(account);
        Clock memory clock = _clocks[account];
        state.assessment = a;
        state.liquidatable = a.equity + a.goodEnd < a.maintenance;
        state.convertible = _isConvertible(a);
        state.flagged = clock.startedAt != 0;
        state.elapsed = state.flagged ? block.timestamp - clock.startedAt : _stored(clock);
        state.discount = AuctionMath.cappedRate(AuctionMath.discountRate(state.elapsed), a);
        state.reward = AuctionMath.rewardRate(state.elapsed);
        (state.minFraction, state.maxFraction) = AuctionMath.fractionBounds(a);
    }

    /* INTERNAL: A TAKEOVER IN STEPS */

    /// @dev Touches both accounts and reads them; the caller must be allowed to use the keeper's account.
    function _prepare(AccountId account, AccountId keeper, Reason reason) private returns (Slice memory s) {
        if (!CLEARINGHOUSE.isAuthorized(keeper, msg.sender) || keeper == account) {
            revert NotYourKeeper(keeper, msg.sender);
        }
        (s.account, s.keeper, s.reason) = (account, keeper, reason);
        (s.portfolio, s.market) = _touch(account, keeper);
        s.before = _assess(s.portfolio, s.market);
    }

    function _touch(AccountId account, AccountId keeper) private returns (Portfolio memory, Snapshot memory) {
        if (account.isSystem()) revert SystemAccount(account);
        return CLEARINGHOUSE.touch(account, keeper);
    }

    /// @dev `account` at prices of now.
    function _open(AccountId account) private returns (Assessment memory) {
        (Portfolio memory p, Snapshot memory market) = _touch(account, account);
        return _assess(p, market);
    }

    function _assess(Portfolio memory p, Snapshot memory market) private view returns (Assessment memory) {
        return CLEARINGHOUSE.engine().measure(p, market, NO_UNDERLYINGS);
    }

    /// @dev Moves the slice and pays for it. E falls by the discount and by nothing else, so E' = rest.equity + payment.
    function _takeOver(Slice memory s) private returns (Outcome memory o) {
        (Usd cash, Position[] memory legs, Portfolio memory rest) = AuctionMath.split(s.portfolio, s.fraction);
        o.rest = _assess(rest, s.market);
        o.value = s.before.equity - o.rest.equity;
        o.removed = s.before.maintenance - o.rest.maintenance;
        Usd least = AuctionMath.share(s.fraction, s.before.maintenance);
        if (o.removed + o.removed < least) revert SliceTooSmall(o.removed, least);
        if (s.before.equity >= ZERO_USD && o.value < ZERO_USD) revert SliceWorthless(o.value);
        Usd discount = s.free ? o.value : AuctionMath.share(s.rate, o.removed);
        o.payment = maxUsd(o.value - discount, ZERO_USD);
        // What the keeper gains at mark is value - payment; the compartments fill it up to the floor.
        Usd floor = AuctionMath.share(s.rewardRate, o.removed) + s.extraReward;
        if (s.reason == Reason.Liquidation) o.topUp = maxUsd(floor + o.payment - o.value, ZERO_USD);
        Move[] memory moves = new Move[](3);
        moves[0] = Move(s.account, s.keeper, s.reason, cash, legs);
        moves[1] = _cashMove(s.keeper, s.account, Reason.Payment, o.payment);
        o.lossShare = _lossShare(o.payment);
        moves[2] = _cashMove(s.keeper, HOLE, Reason.Haircut, o.lossShare);
        _execute(moves);
        o.rest.equity = o.rest.equity + o.payment;
        o.paidOut = _cover(s, o.topUp);
    }

    /// @dev H-4: while a loss is booked, a payment is debited X/r: the excess X * D / V, rounded up, refills HOLE.
    function _lossShare(Usd payment) private view returns (Usd) {
        int256 booked = CLEARINGHOUSE.cashOf(HOLE).raw();
        if (booked >= 0) return ZERO_USD;
        int256 held = -CLEARINGHOUSE.cashOf(CUSTODY).raw();
        if (held <= 0) return ZERO_USD;
        return Usd.wrap(FixedPoint.mulDivUp(uint256(payment.raw()), uint256(-booked), uint256(held)).toInt256());
    }

    function _reward(Outcome memory o, Usd minReward) private pure returns (Usd reward) {
        reward = o.value - o.payment - o.lossShare + o.paidOut;
        if (reward < minReward) revert RewardTooSmall(reward, minReward);
    }

    /// @dev Memo, clock and flag after a slice: cleared at b * MM, else half of the elapsed time stays on the clock.
    function _afterSlice(Slice memory s, Outcome memory o) private {
        if (_reachesBuffer(o.rest)) {
            _stop(s.account, o.rest);
            return;
        }
        Clock storage clock = _clocks[s.account];
        clock.startedAt = uint48(block.timestamp - (block.timestamp - clock.startedAt) / 2);
        CLEARINGHOUSE.setFlag(s.account, true, maxUsd(-o.rest.equity, ZERO_USD));
    }

    /// @dev Callback with the keeper's one deferred check, then that check at b * MM.
    function _settleKeeper(Slice memory s, Outcome memory o, bytes calldata data) private {
        Assessment memory a = _assess(CLEARINGHOUSE.portfolio(s.keeper), s.market);
        if (data.length != 0) {
            Assessment memory before = a;
            CLEARINGHOUSE.openCallback(msg.sender, s.keeper);
            ILiquidationCallback(msg.sender).onLiquidation(s.account, s.keeper, o.value, o.payment, data);
            CLEARINGHOUSE.closeCallback();
            a = _open(s.keeper); // other prices, other positions
            ExitRule.requireCallbackAllowed(s.keeper, before, a);
        }
        if (!_reachesBuffer(a)) {
            revert KeeperUndermargined(s.keeper, a.equity, AuctionMath.buffered(a.maintenance));
        }
        (, , bool reduceOnly) = CLEARINGHOUSE.status(s.keeper);
        bool belowInitial = a.equity < a.initial;
        if (belowInitial != reduceOnly) CLEARINGHOUSE.setReduceOnly(s.keeper, belowInitial);
    }

    /* INTERNAL: LOSSES */

    /// @dev Pays `amount` to the keeper: compartments by the underlyings' shares of the requirement, then the common one,
    /// then, for an insolvent account only, HOLE.
    function _cover(Slice memory s, Usd amount) private returns (Usd paid) {
        if (amount == ZERO_USD) return ZERO_USD;
        (, UnderlyingRisk[] memory risks) = CLEARINGHOUSE.engine().audit(s.portfolio, s.market, NO_UNDERLYINGS);
        (uint256[] memory weights, uint256 sum) = _weights(risks);
        Usd left = amount;
        for (uint256 i; i < risks.length && sum != 0; ++i) {
            // R-22: shares up, the last one takes what is left.
            Usd part = Usd.wrap(FixedPoint.mulDivUp(uint256(amount.raw()), weights[i], sum).toInt256());
            part = minUsd(part, left);
            left = left - part;
            paid = paid + _coverFrom(s, risks[i].underlying, part);
        }
        if (left > ZERO_USD) paid = paid + _coverFrom(s, 0, left);
    }

    /// @dev Shares of a loss: requirements; if all are 0, notional at mark; if those are too, nobody (the common one).
    function _weights(UnderlyingRisk[] memory risks) private pure returns (uint256[] memory weights, uint256 sum) {
        weights = new uint256[](risks.length);
        for (uint256 i; i < risks.length; ++i) {
            weights[i] = uint256(risks[i].requirement.raw());
            sum += weights[i];
        }
        if (sum != 0) return (weights, sum);
        for (uint256 i; i < risks.length; ++i) {
            weights[i] = uint256(maxUsd(risks[i].delta, -risks[i].delta).raw());
            sum += weights[i];
        }
    }

    function _coverFrom(Slice memory s, uint8 underlying, Usd amount) private returns (Usd paid) {
        if (amount == ZERO_USD) return ZERO_USD;
        Usd own = minUsd(amount, maxUsd(CLEARINGHOUSE.cashOf(compartment(underlying)), ZERO_USD));
        Usd common =
            underlying == 0 ? ZERO_USD : minUsd(amount - own, maxUsd(CLEARINGHOUSE.cashOf(compartment(0)), ZERO_USD));
        Usd hole = s.before.equity < ZERO_USD ? amount - own - common : ZERO_USD;
        Move[] memory moves = new Move[](3);
        moves[0] = _cashMove(compartment(underlying), s.keeper, Reason.Cover, own);
        moves[1] = _cashMove(compartment(0), s.keeper, Reason.Cover, common);
        moves[2] = _cashMove(HOLE, s.keeper, Reason.Cover, hole);
        _execute(moves);
        if (hole > ZERO_USD) CLEARINGHOUSE.addDeficit(underlying, hole);
        emit Covered(s.account, underlying, own, common, hole);
        return own + common + hole;
    }

    /* INTERNAL: CLOCK */

    function _start(AccountId account, Assessment memory a) private {
        Clock storage clock = _clocks[account];
        if (clock.startedAt != 0) return;
        uint256 elapsed = _stored(clock);
        _clocks[account] = Clock(uint48(block.timestamp - elapsed), 0, 0);
        emit Flagged(account, elapsed, a.equity, a.maintenance);
    }

    /// @dev Stops the clock and keeps its time, unless the account is back at b * MM.
    function _stop(AccountId account, Assessment memory a) private {
        uint256 elapsed = _reachesBuffer(a) ? 0 : block.timestamp - _clocks[account].startedAt;
        _clocks[account] = Clock(0, uint48(block.timestamp), uint48(elapsed));
        CLEARINGHOUSE.setFlag(account, false, ZERO_USD);
        emit Unflagged(account, elapsed);
    }

    function _stored(Clock memory clock) private view returns (uint256) {
        return AuctionMath.decayed(clock.elapsed, block.timestamp - clock.stoppedAt);
    }

    function _requireUnhealthy(AccountId account, Assessment memory a) private pure {
        if (a.equity + a.goodEnd >= a.maintenance) revert Healthy(account, a.equity, a.maintenance, a.goodEnd);
    }

    function _isConvertible(Assessment memory a) private pure returns (bool) {
        return a.settledCash < -a.debtLimit && a.equity > ZERO_USD && a.equity >= a.maintenance;
    }

    function _reachesBuffer(Assessment memory a) private pure returns (bool) {
        return a.equity >= AuctionMath.buffered(a.maintenance);
    }

    /* INTERNAL: MOVES */

    function _cashMove(AccountId from, AccountId to, Reason reason, Usd cash) private pure returns (Move memory) {
        return Move(from, to, reason, cash, new Position[](0));
    }

    /// @dev Executes the moves that move something.
    function _execute(Move[] memory moves) private {
        uint256 kept;
        for (uint256 i; i < moves.length; ++i) {
            if (moves[i].cash != ZERO_USD || moves[i].legs.length != 0) moves[kept++] = moves[i];
        }
        assembly ("memory-safe") {
            mstore(moves, kept) // moves.length = kept <= its length
        }
        CLEARINGHOUSE.moveAll(moves);
    }
}
