// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";
import {
    IMarkets,
    Limits,
    Market,
    PriceStatus,
    RiskParameters,
    ScanRangeState,
    Snapshot,
    Variances
} from "../interfaces/IMarkets.sol";
import {Reading} from "../interfaces/IPriceSource.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {SIGNED_WAD, WAD} from "../libraries/FixedPoint.sol";
import {Parameters} from "../libraries/Parameters.sol";
import {SafeRead} from "../libraries/SafeRead.sol";
import {ScanRange} from "../libraries/ScanRange.sol";

/// @title Markets
contract Markets is IMarkets, AccessManaged {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev One slot: 20 + 8 + 1 + 1 + 1 + 1 bytes.
    struct Listing {
        address source;
        uint64 lotUnit;
        uint8 tokenDecimals;
        bool isCollateral;
        bool reduceOnly;
        bool delisted;
    }

    /// @dev One slot: the last two stored observations; prices below 2^88, 18 decimals.
    struct Observations {
        uint88 spot;
        uint40 time;
        uint88 previousSpot;
        uint40 previousTime;
    }

    /// @dev One slot: 88 + 104 + 24 + 40 bits. `premium` in millionths; Phi in USD per unit, 18 decimals: |Phi| < 2^103.
    struct Pulse {
        uint88 ema;
        int104 fundingIndex;
        int24 premium;
        uint40 accruedAt;
    }

    /// @dev One slot, what every row needs: PSR_M and PSR_target (WAD) as of the last sample, parameters in millionths.
    struct Range {
        uint64 maintenance;
        uint64 target;
        uint40 sampledAt;
        uint24 epsilon;
        uint24 linearRelief;
        uint24 haircut;
    }

    /// @dev One slot, what a sample needs: spot at the last one, parameters in millionths.
    struct Model {
        uint88 spot;
        uint24 floor;
        uint24 cap;
        uint24 stressVolatility;
        uint24 kappa;
    }

    /// @dev Everything about an underlying that `touch` may change, with the source's reading. `model` and `variances` are there
    /// when `sampled` is.
    struct State {
        Reading reading;
        Observations seen;
        Pulse pulse;
        Range range;
        Model model;
        Variances variances;
        bool observed;
        bool sampled;
    }

    /// @inheritdoc IMarkets
    uint256 public override count;
    /// @inheritdoc IMarkets
    mapping(uint8 underlying => bytes32 name) public override symbol;
    mapping(uint256 underlying => Listing listing) private _listings;
    mapping(uint256 underlying => Range range) private _ranges;
    mapping(uint256 underlying => Model model) private _models;
    mapping(uint256 underlying => Variances variances) private _variances;
    mapping(uint256 underlying => Limits limit) private _limits;
    mapping(uint256 underlying => Observations observations) private _seen;
    mapping(uint256 underlying => Pulse pulse) private _pulses;
    mapping(uint256 underlying => uint256 time) private _riskSetAt;
    mapping(uint256 underlying => uint256 time) private _premiumSetAt;
    mapping(uint256 underlying => uint256 price) private _finalPrices;

    constructor(address authority) AccessManaged(authority) {}

    /* PRICES */

    /// @inheritdoc IMarkets
    function touch(UnderlyingSet set) external returns (Snapshot memory market) {
        market.set = set;
        market.time = block.timestamp;
        market.markets = new Market[](set.size());
        uint256 rest = UnderlyingSet.unwrap(set);
        for (uint256 i; i < market.markets.length; ++i) {
            uint256 underlying = LibBit.ffs(rest);
            rest &= rest - 1;
            Listing memory listing = _listing(underlying);
            State memory state = _advance(underlying, listing);
            _store(underlying, state);
            market.markets[i] = _row(underlying, listing, state);
        }
    }

    /// @inheritdoc IMarkets
    function snapshot(UnderlyingSet set) external view returns (Snapshot memory market) {
        market.set = set;
        market.time = block.timestamp;
        market.markets = new Market[](set.size());
        uint256 rest = UnderlyingSet.unwrap(set);
        for (uint256 i; i < market.markets.length; ++i) {
            uint256 underlying = LibBit.ffs(rest);
            rest &= rest - 1;
            Listing memory listing = _listing(underlying);
            market.markets[i] = _row(underlying, listing, _advance(underlying, listing));
        }
    }

    /// @inheritdoc IMarkets
    function setPremium(uint8 underlying, int256 premium) external restricted {
        Listing memory listing = _listing(underlying);
        if (listing.delisted) return;
        State memory state = _advance(underlying, listing);
        int256 limit = Parameters.MAX_PREMIUM;
        int256 target =
            premium > limit
                ? limit
                : premium < -limit
                    ? -limit
                    : premium;
        uint256 age = block.timestamp - _premiumSetAt[underlying];
        if (age > Parameters.PREMIUM_PERIOD) age = Parameters.PREMIUM_PERIOD;
        int256 gap = target - state.pulse.premium;
        // R-29: truncated to millionths; no money is divided here. A step of 0 keeps its time for the next message.
        int256 step = (gap * int256(age)) / int256(Parameters.PREMIUM_PERIOD);
        state.pulse.premium += int24(step);
        if (step != 0 || gap == 0) _premiumSetAt[underlying] = block.timestamp;
        _store(underlying, state);
        emit Funding(underlying, state.pulse.fundingIndex, state.pulse.premium);
    }

    /// @inheritdoc IMarkets
    function setImplied(uint8 underlying, uint256 variance) external restricted {
        State memory state = _advance(underlying, _listing(underlying));
        _loadModel(underlying, state);
        state.variances.implied = FixedPointMathLib.min(variance, Parameters.MAX_VARIANCE).toUint64();
        _raiseTarget(state);
        _store(underlying, state);
    }

    /// @inheritdoc IMarkets
    function delist(uint8 underlying, uint256 finalPrice) external restricted {
        State memory state = _advance(underlying, _listing(underlying));
        state.pulse.premium = 0;
        _store(underlying, state);
        _listings[underlying].delisted = true;
        _finalPrices[underlying] = finalPrice;
        emit Funding(underlying, state.pulse.fundingIndex, 0);
        emit Delisted(underlying, finalPrice);
    }

    /* LISTING AND PARAMETERS */

    /// @notice Lists an underlying; it becomes id `count`. Its first observation is the source's reading now.
    /// @param tokenDecimals Decimals of the collateral token. @param isCollateral False: derivatives only.
    /// @param lotUnit Units per derivative lot, 1e-18 each; 0 = collateral only.
    /// @param volatility Realised so far, WAD per square root of a year: both averages begin with it.
    function list(
        bytes32 symbol_,
        address source_,
        uint8 tokenDecimals,
        bool isCollateral,
        uint64 lotUnit,
        uint64 volatility,
        RiskParameters calldata risk,
        Limits calldata limits_
    ) external restricted returns (uint8 underlying) {
        underlying = (++count).toUint8();
        Bounds.requireWithin("tokenDecimals", tokenDecimals, 0, 18);
        Bounds.requireWithin("lotUnit", lotUnit, isCollateral ? 0 : 1, Bounds.MAX_LOT_UNIT);
        Bounds.requireWithin("volatility", volatility, 0, Bounds.MAX_VOLATILITY);
        Bounds.requireRisk(risk);
        Bounds.requireLimits(limits_);
        Reading memory reading = SafeRead.read(source_);
        if (!reading.live) revert SourceNotUsable(source_, reading.spot, 0);
        symbol[underlying] = symbol_;
        Listing memory listing = Listing(source_, lotUnit, tokenDecimals, isCollateral, false, false);
        _listings[underlying] = listing;
        _limits[underlying] = limits_;
        emit Listed(underlying, symbol_, source_, _tokenUnit(listing), lotUnit);
        emit RiskParametersSet(underlying, risk);
        emit LimitsSet(underlying, limits_);
        _begin(underlying, uint88(reading.spot), volatility, risk); // SafeRead bounds it below 2^88
    }

    /// @dev The first observation and the first sample.
    function _begin(uint8 underlying, uint88 spot, uint256 volatility, RiskParameters calldata risk) private {
        uint40 now_ = uint40(block.timestamp);
        State memory s;
        s.pulse = Pulse(spot, 0, 0, now_);
        s.seen = Observations(spot, now_, spot, now_);
        (s.observed, s.sampled) = (true, true);
        uint64 variance = ((volatility * volatility) / WAD).toUint64();
        s.variances = Variances(variance, variance, 0);
        s.model.spot = spot;
        s.range.sampledAt = now_;
        _setParameters(s, risk);
        s.range.maintenance = s.range.target;
        _store(underlying, s);
    }

    /// @dev Puts parameters in force; the target rises at once when they ask for more.
    function _setParameters(State memory s, RiskParameters calldata p) private pure {
        s.model = Model(s.model.spot, p.floor, p.cap, p.stressVolatility, p.kappa);
        (s.range.epsilon, s.range.linearRelief, s.range.haircut) = (p.epsilon, p.linearRelief, p.haircut);
        _raiseTarget(s);
    }

    /// @notice Replaces the price source. The new one must be live and near the last stored price; while the old one is
    /// dead nothing can vouch for the new, so the market becomes reduce-only until governance lifts it.
    function setSource(uint8 underlying, address source_) external restricted {
        Listing storage listing = _knownListing(underlying);
        Reading memory next = SafeRead.read(source_);
        uint256 last = _seen[underlying].spot;
        uint256 gap = next.spot > last ? next.spot - last : last - next.spot;
        bool oldIsDead = SafeRead.read(listing.source).spot == 0;
        if (!next.live || (!oldIsDead && gap * WAD > last * Bounds.MAX_SOURCE_GAP)) {
            revert SourceNotUsable(source_, next.spot, last);
        }
        listing.source = source_;
        emit SourceSet(underlying, source_);
        _restartSample(underlying, next.spot);
        if (oldIsDead) _setReduceOnly(underlying, true);
    }

    /// @notice Changes the risk parameters together, each by at most one step, once a day.
    function setRiskParameters(uint8 underlying, RiskParameters calldata risk) external restricted {
        State memory state = _advance(underlying, _listing(underlying));
        uint256 readyAt = _riskSetAt[underlying] + Bounds.STEP_PERIOD;
        if (block.timestamp < readyAt) revert StepTooSoon(underlying, readyAt);
        Bounds.requireRisk(risk);
        Bounds.requireRiskStep(risk, riskParameters(underlying));
        _riskSetAt[underlying] = block.timestamp;
        _loadModel(underlying, state);
        _setParameters(state, risk);
        _store(underlying, state);
        emit RiskParametersSet(underlying, risk);
    }

    function setLimits(uint8 underlying, Limits calldata limits_) external restricted {
        _knownListing(underlying);
        Bounds.requireLimits(limits_);
        _limits[underlying] = limits_;
        emit LimitsSet(underlying, limits_);
    }

    function setReduceOnly(uint8 underlying, bool reduceOnly) external restricted {
        _setReduceOnly(underlying, reduceOnly);
    }

    /// @notice Guardian: lowers the cap of open interest at once.
    function tightenOpenInterestCap(uint8 underlying, uint64 cap) external restricted {
        Limits storage limits_ = _limits[underlying];
        if (cap >= limits_.openInterestCap) revert NotTighter("openInterestCap", cap, limits_.openInterestCap);
        limits_.openInterestCap = cap;
        emit LimitsSet(underlying, limits_);
    }

    /// @notice Guardian: no new risk in `underlying` from now on. Governance lifts it.
    function tightenReduceOnly(uint8 underlying) external restricted {
        _setReduceOnly(underlying, true);
    }

    /* VIEWS */

    /// @inheritdoc IMarkets
    function source(uint8 underlying) external view returns (address) {
        return _listings[underlying].source;
    }

    /// @inheritdoc IMarkets
    function lotUnitOf(uint8 underlying) external view returns (uint256) {
        return _listings[underlying].lotUnit;
    }

    /// @inheritdoc IMarkets
    function fundingIndexOf(uint8 underlying) external view returns (int256) {
        return _pulses[underlying].fundingIndex;
    }

    /// @inheritdoc IMarkets
    function riskParameters(uint8 underlying) public view returns (RiskParameters memory) {
        (Range memory r, Model memory m) = (_ranges[underlying], _models[underlying]);
        return RiskParameters(m.floor, m.cap, m.stressVolatility, m.kappa, r.epsilon, r.linearRelief, r.haircut);
    }

    /// @inheritdoc IMarkets
    function scanRange(uint8 underlying) external view returns (ScanRangeState memory) {
        State memory s = _advance(underlying, _listing(underlying));
        _loadModel(underlying, s);
        (uint256 sigma, uint256 required) = _required(s);
        Range memory range = s.range;
        return
            ScanRangeState(
                s.variances,
                sigma,
                required,
                range.target,
                range.maintenance,
                range.sampledAt,
                s.model.spot
            );
    }

    /// @inheritdoc IMarkets
    function limits(uint8 underlying) external view returns (Limits memory) {
        return _limits[underlying];
    }

    /* INTERNAL */

    /// @dev The state of `underlying` as of now: reading taken, funding accrued, observation stored (in memory).
    function _advance(uint256 underlying, Listing memory listing) private view returns (State memory s) {
        s.seen = _seen[underlying];
        s.pulse = _pulses[underlying];
        s.range = _ranges[underlying];
        s.reading = SafeRead.read(listing.source);
        _accrue(s);
        if (s.reading.spot == 0) return s;
        if (block.timestamp >= s.range.sampledAt + Parameters.SAMPLE_SPACING) _sample(underlying, s);
        if (block.timestamp < s.seen.time + Parameters.OBSERVATION_SPACING) return s;
        s.observed = true;
        s.pulse.ema = _ema(s.pulse.ema, s.reading.spot, block.timestamp - s.seen.time);
        s.seen = Observations(uint88(s.reading.spot), uint40(block.timestamp), s.seen.spot, s.seen.time);
    }

    /// @dev A step of the scan range. PSR_M rises towards the target that was known before: initial margin comes first.
    function _sample(uint256 underlying, State memory s) private view {
        _loadModel(underlying, s);
        Range memory range = s.range;
        uint256 elapsed = block.timestamp - range.sampledAt;
        uint256 risen = ScanRange.risen(range.maintenance, range.target);
        s.variances = ScanRange.sampled(s.variances, s.reading.spot, s.model.spot, elapsed);
        (, uint256 required) = _required(s);
        range.target = uint64(ScanRange.fallen(range.target, required, elapsed)); // below 1e18 by `Bounds`
        range.maintenance = uint64(FixedPointMathLib.min(risen, range.target));
        range.sampledAt = uint40(block.timestamp);
        s.model.spot = uint88(s.reading.spot);
    }

    /// @dev The gap between two sources is no move of the price: the next sample begins at the new one.
    function _restartSample(uint8 underlying, uint256 spot) private {
        Range memory range = _ranges[underlying];
        _models[underlying].spot = uint88(spot); // SafeRead bounds it below 2^88
        emit ScanRangeSet(underlying, spot, _variances[underlying], range.target, range.maintenance);
    }

    /// @dev Reads what only a change of the scan range needs, once.
    function _loadModel(uint256 underlying, State memory s) private view {
        if (s.sampled) return;
        s.sampled = true;
        s.model = _models[underlying];
        s.variances = _variances[underlying];
    }

    function _required(State memory s) private pure returns (uint256 sigma, uint256 range) {
        Model memory m = s.model;
        uint256 unit = Parameters.TERM_UNIT;
        sigma = ScanRange.volatility(s.variances, m.stressVolatility * unit);
        range = ScanRange.required(sigma, m.kappa * unit, m.floor * unit, m.cap * unit);
    }

    function _raiseTarget(State memory s) private pure {
        (, uint256 required) = _required(s);
        s.range.target = uint64(FixedPointMathLib.max(s.range.target, required)); // below 1e18 by `Bounds`
    }

    /// @dev dPhi = rate_prev * spot_prev * min(dt, 1 h), rate = premium / 8 h. Truncated; zero-sum whatever the direction.
    function _accrue(State memory s) private view {
        uint256 elapsed = block.timestamp - s.pulse.accruedAt;
        if (elapsed > Parameters.FUNDING_STEP) elapsed = Parameters.FUNDING_STEP;
        int256 accrued =
            (int256(s.pulse.premium) * int256(uint256(s.seen.spot)) * int256(elapsed)) /
                int256(1e6 * Parameters.FUNDING_PERIOD);
        s.pulse.fundingIndex = _clampIndex(s.pulse.fundingIndex + accrued);
        s.pulse.accruedAt = uint40(block.timestamp);
    }

    /// @dev Saturates instead of reverting (INV-8). At the largest price and premium that takes 340,000 years.
    function _clampIndex(int256 index) private pure returns (int104) {
        if (index > type(int104).max) return type(int104).max;
        return index < type(int104).min ? type(int104).min : int104(index);
    }

    /// @dev ema + (spot - ema) * ln 2 * min(dt, 5 min) / 1 h: half-life one hour, no single observation above 5.8 %.
    function _ema(uint256 ema, uint256 spot, uint256 elapsed) private pure returns (uint88) {
        if (elapsed > Parameters.EMA_WEIGHT_CAP) elapsed = Parameters.EMA_WEIGHT_CAP;
        int256 weight = int256((0.693147180559945309e18 * elapsed) / Parameters.EMA_PERIOD);
        // Between ema and spot, both below 2^88.
        return uint88(uint256(int256(ema) + ((int256(spot) - int256(ema)) * weight) / SIGNED_WAD));
    }

    function _store(uint256 underlying, State memory s) private {
        if (s.pulse.accruedAt != _pulses[underlying].accruedAt || s.pulse.premium != _pulses[underlying].premium) {
            _pulses[underlying] = s.pulse;
        }
        if (s.sampled) {
            (_ranges[underlying], _models[underlying], _variances[underlying]) = (s.range, s.model, s.variances);
            emit ScanRangeSet(uint8(underlying), s.model.spot, s.variances, s.range.target, s.range.maintenance);
        }
        if (!s.observed) return;
        _seen[underlying] = s.seen;
        emit Observed(uint8(underlying), s.seen.spot, s.pulse.ema);
    }

    function _row(uint256 underlying, Listing memory listing, State memory s) private view returns (Market memory m) {
        _price(m, s);
        m.ema = s.pulse.ema;
        m.perpetualMark =
            listing.delisted
                ? _finalPrices[underlying]
                : uint256(int256(m.spot) * (1e6 + int256(s.pulse.premium))) / 1e6;
        m.fundingIndex = s.pulse.fundingIndex;
        m.tokenUnit = _tokenUnit(listing);
        m.lotUnit = listing.lotUnit;
        m.reduceOnly = listing.reduceOnly || listing.delisted;
        // Millionths of 24 bits, ranges below 1e18.
        unchecked {
            Range memory range = s.range;
            m.epsilon = range.epsilon * Parameters.TERM_UNIT;
            m.scanRange = range.maintenance + m.epsilon;
            m.targetRange = range.target + m.epsilon;
            m.linearRelief = range.linearRelief * Parameters.TERM_UNIT;
            m.haircut = range.haircut * Parameters.TERM_UNIT;
        }
        Limits memory limits_ = _limits[underlying];
        m.slotCharge = uint256(limits_.slotCharge) * 1e12;
        m.deficitLimit = uint256(limits_.deficitLimit) * 1e12;
        m.stressGap = limits_.stressGap;
        m.openInterestCap = limits_.openInterestCap;
    }

    /// @dev The interval: hull of the reading and the stored observations younger than 30 s; of a dead source, the last
    /// stored price widened with its age.
    function _price(Market memory m, State memory s) private view {
        if (s.reading.spot == 0) {
            m.status = PriceStatus.Dead;
            m.spot = s.seen.spot;
            uint256 width = (block.timestamp - s.seen.time) * Parameters.WIDENING_PER_SECOND;
            if (width > WAD) width = WAD;
            m.low = (m.spot * (WAD - width)) / WAD; // down: wider
            m.high = m.spot + (m.spot * width + WAD - 1) / WAD; // up: wider
            return;
        }
        m.status = s.reading.live ? PriceStatus.Live : PriceStatus.Degraded;
        (m.spot, m.low, m.high) = (s.reading.spot, s.reading.low, s.reading.high);
        _widen(m, s.seen.spot, s.seen.time);
        _widen(m, s.seen.previousSpot, s.seen.previousTime);
    }

    function _widen(Market memory m, uint256 spot, uint256 time) private view {
        if (block.timestamp - time >= Parameters.OBSERVATION_WINDOW) return;
        if (spot < m.low) m.low = spot;
        if (spot > m.high) m.high = spot;
    }

    function _tokenUnit(Listing memory listing) private pure returns (uint256) {
        return listing.isCollateral ? 10 ** (18 - listing.tokenDecimals) : 0;
    }

    function _setReduceOnly(uint8 underlying, bool reduceOnly) private {
        _knownListing(underlying).reduceOnly = reduceOnly;
        emit ReduceOnlySet(underlying, reduceOnly);
    }

    function _listing(uint256 underlying) private view returns (Listing memory) {
        return _knownListing(underlying);
    }

    function _knownListing(uint256 underlying) private view returns (Listing storage listing) {
        listing = _listings[underlying];
        if (listing.source == address(0)) revert UnknownUnderlying(underlying);
    }
}
