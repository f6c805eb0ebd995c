// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";
import {IMarkets, Limits, Market, PriceStatus, RiskParameters, Snapshot} from "../interfaces/IMarkets.sol";
import {Reading} from "../interfaces/IPriceSource.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {SIGNED_WAD, WAD} from "../libraries/FixedPoint.sol";
import {Parameters} from "../libraries/Parameters.sol";
import {SafeRead} from "../libraries/SafeRead.sol";

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

    /// @dev Everything about an underlying that `touch` may change, with the source's reading.
    struct State {
        Reading reading;
        Observations seen;
        Pulse pulse;
        bool observed;
    }

    /// @inheritdoc IMarkets
    uint256 public override count;
    /// @inheritdoc IMarkets
    mapping(uint8 underlying => bytes32 name) public override symbol;
    mapping(uint256 underlying => Listing listing) private _listings;
    mapping(uint256 underlying => RiskParameters parameters) private _risk;
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
    function list(
        bytes32 symbol_,
        address source_,
        uint8 tokenDecimals,
        bool isCollateral,
        uint64 lotUnit,
        RiskParameters calldata risk,
        Limits calldata limits_
    ) external restricted returns (uint8 underlying) {
        underlying = (++count).toUint8();
        Bounds.requireWithin("tokenDecimals", tokenDecimals, 0, 18);
        Bounds.requireWithin("lotUnit", lotUnit, isCollateral ? 0 : 1, Bounds.MAX_LOT_UNIT);
        Bounds.requireRisk(risk);
        Bounds.requireLimits(limits_);
        Reading memory reading = SafeRead.read(source_);
        if (!reading.live) revert SourceNotUsable(source_, reading.spot, 0);
        symbol[underlying] = symbol_;
        Listing memory listing = Listing(source_, lotUnit, tokenDecimals, isCollateral, false, false);
        _listings[underlying] = listing;
        _risk[underlying] = risk;
        _limits[underlying] = limits_;
        uint40 now_ = uint40(block.timestamp);
        uint88 spot = uint88(reading.spot); // SafeRead bounds it below 2^88
        _seen[underlying] = Observations(spot, now_, spot, now_);
        _pulses[underlying] = Pulse(spot, 0, 0, now_);
        emit Listed(underlying, symbol_, source_, _tokenUnit(listing), lotUnit);
        emit RiskParametersSet(underlying, risk);
        emit LimitsSet(underlying, limits_);
        emit Observed(underlying, spot, spot);
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
        if (oldIsDead) _setReduceOnly(underlying, true);
    }

    /// @notice Changes the risk parameters together, each by at most one step, once a day.
    function setRiskParameters(uint8 underlying, RiskParameters calldata risk) external restricted {
        _knownListing(underlying);
        uint256 readyAt = _riskSetAt[underlying] + Bounds.STEP_PERIOD;
        if (block.timestamp < readyAt) revert StepTooSoon(underlying, readyAt);
        Bounds.requireRisk(risk);
        Bounds.requireRiskStep(risk, _risk[underlying]);
        _riskSetAt[underlying] = block.timestamp;
        _risk[underlying] = risk;
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
    function riskParameters(uint8 underlying) external view returns (RiskParameters memory) {
        return _risk[underlying];
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
        s.reading = SafeRead.read(listing.source);
        _accrue(s);
        if (s.reading.spot == 0 || block.timestamp < s.seen.time + Parameters.OBSERVATION_SPACING) return s;
        s.observed = true;
        s.pulse.ema = _ema(s.pulse.ema, s.reading.spot, block.timestamp - s.seen.time);
        s.seen = Observations(uint88(s.reading.spot), uint40(block.timestamp), s.seen.spot, s.seen.time);
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
        RiskParameters memory risk = _risk[underlying];
        m.scanRange = uint256(risk.scanRange) + risk.epsilon;
        m.epsilon = risk.epsilon;
        m.linearRelief = risk.linearRelief;
        m.haircut = risk.haircut;
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
