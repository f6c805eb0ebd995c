// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Permission} from "../../../contracts/interfaces/IGateway.sol";
import {Mode, Portfolio} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Market} from "../../../contracts/interfaces/IMarkets.sol";
import {AccountId, compartment, FEES} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf, spotOf} from "../../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../../contracts/types/Position.sol";
import {UnderlyingSet} from "../../../contracts/types/UnderlyingSet.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {World} from "./World.sol";

/// @notice What owners do, with the claims on each action (INV-4, 6, 7, 9).
abstract contract Owners is World {
    /// @dev Unsigned: the caller, who operates every account.
    Permission private unsigned;

    function _registerOwners(uint256 trades) internal {
        _register("openAtMark", openAtMark, 5 * trades);
        _register("openOffMarket", openOffMarket, trades);
        _register("close", close, trades);
        _register("tradeSpot", tradeSpot, trades);
        _register("transfer", transfer, 4);
        _register("setMode", setMode, 2);
        bytes32[6] memory checked = [
            bytes32("openAtMark"),
            "openOffMarket",
            "close",
            "tradeSpot",
            "transfer",
            "setMode"
        ];
        for (uint256 i; i < checked.length; ++i) {
            _expect(checked[i], IClearinghouse.InsufficientMargin.selector);
            _expect(checked[i], IClearinghouse.SettledCashTooLow.selector);
            _expect(checked[i], IClearinghouse.AccountReduceOnly.selector);
            _expect(checked[i], IClearinghouse.IsolatedAccount.selector);
            if (i < 4) _expect(checked[i], IClearinghouse.NewRiskRefused.selector);
        }
    }

    /* TRADES */

    /// @dev A borrower against the house; mostly the size is within a tenth of what the free margin carries.
    function openAtMark(uint256 seed) internal {
        AccountId account = _borrower(seed);
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        bool buys = _pick(seed, "side", 0, 1) == 0;
        uint256 lots = _pick(seed, "lots", 1, 5_000);
        int256 free = _free(account);
        if (_pick(seed, "boundary", 0, 3) != 0 && free > 0) {
            uint256 perLot = (_mark(u) * (u == BTC ? BTC_LOT : ETH_LOT)) / 1e18;
            uint256 notional = (uint256(free) * 1e18) / _initialRate(u, buys);
            lots = (notional * _pick(seed, "share", 0.85e18, 1.05e18)) / 1e18 / perLot;
            if (lots == 0 || lots > 1e8) return;
        }
        _trade("openAtMark", seed, buys ? [account, house] : [house, account], perpetualOf(u), lots, _mark(u));
    }

    /// @dev Initial margin and fee of one dollar more: 1.3 * scan range to come * relief + 0.1 % + 0.05 %, and the way to the bad end.
    function _initialRate(uint8 u, bool buys) private view returns (uint256) {
        Market memory m = _row(u);
        uint256 bad = buys ? (m.ema < m.low ? m.ema : m.low) : (m.ema > m.high ? m.ema : m.high);
        uint256 distance = bad > m.spot ? bad - m.spot : m.spot - bad;
        return (13 * m.targetRange * m.linearRelief) / 1e19 + 0.0015e18 + (distance * 1e18) / m.spot;
    }

    /// @dev Between two accounts, mostly of one owner, up to 30 % beside the mark.
    function openOffMarket(uint256 seed) internal {
        AccountId buyer = _borrower(seed);
        bool own = _pick(seed, "own", 0, 3) != 0;
        AccountId seller = own ? _sibling(buyer) : all[_pick(seed, "seller", 0, BORROWERS - 1)];
        if (buyer == seller) return;
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        uint256 beside = (_mark(u) * _pick(seed, "beside", 0.7e18, 1.3e18)) / 1e18;
        _trade("openOffMarket", seed, [buyer, seller], perpetualOf(u), _pick(seed, "lots", 1, 3_000), beside);
    }

    /// @dev Part or all of a position back to the house, within 0.3 % of the mark.
    function close(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        AccountId account = _holder(seed, u);
        int256 held = _lots(account, perpetualOf(u));
        if (held == 0) return;
        uint256 lots = uint256(held < 0 ? -held : held);
        if (_pick(seed, "whole", 0, 1) == 0) lots = _pick(seed, "lots", 1, lots);
        uint256 offer = _mark(u);
        if (_pick(seed, "beside", 0, 1) == 0) offer = (offer * _pick(seed, "price", 0.997e18, 1.003e18)) / 1e18;
        _trade("close", seed, held < 0 ? [account, house] : [house, account], perpetualOf(u), lots, offer);
    }

    /// @dev Collateral for dollars with the house.
    function tradeSpot(uint256 seed) internal {
        AccountId account = _collateralised(seed);
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        bool buys = _pick(seed, "side", 0, 1) == 0;
        int256 held = _lots(buys ? house : account, spotOf(u));
        uint256 most = u == BTC ? 1e8 : 10e18;
        if (held <= 0) return;
        if (most > uint256(held)) most = uint256(held);
        uint256 lots = _pick(seed, "lots", 1, most);
        _trade("tradeSpot", seed, buys ? [account, house] : [house, account], spotOf(u), lots, _row(u).spot);
    }

    /// @dev `sides`: buyer, seller. A quarter of the orders is signed, the others are the operator's.
    function _trade(
        bytes32 action,
        uint256 seed,
        AccountId[2] memory sides,
        InstrumentId instrument,
        uint256 lots,
        uint256 offer
    ) internal {
        Fill[] memory fills = new Fill[](1);
        fills[0] = fillOf(sides[0], sides[1], instrument, uint128(lots), offer);
        if (_pick(seed, "signed", 0, 3) != 0) (fills[0].makerSignature, fills[0].takerSignature) = ("", "");
        _settleAndClaim(action, seed, sides, fills);
    }

    /// @dev One fill between `sides`, with the claims on a trade. @return isSettled Not refused.
    function _settleAndClaim(
        bytes32 action,
        uint256 seed,
        AccountId[2] memory sides,
        Fill[] memory fills
    ) internal returns (bool isSettled) {
        Seen[] memory b = _seeBoth(seed, sides[0], sides[1]);
        int256[2] memory known = [_feesTaken(), int256(1 + _ended(sides[0]) + _ended(sides[1]))];
        bytes memory reason;
        (isSettled, reason) = _enter(seed, fills);
        if (!isSettled) {
            _refused(action, reason);
            return false;
        }
        calls[action]++;
        Seen memory buyerBefore = b[_indexOf(sides[0])];
        Seen memory sellerBefore = b[_indexOf(sides[1])];
        Seen memory buyer = _see(sides[0]);
        Seen memory seller = _see(sides[1]);
        _claimHealthKept(buyerBefore, buyer, "trade, buyer");
        _claimHealthKept(sellerBefore, seller, "trade, seller");
        _claimNoDeficitMade(buyerBefore, buyer, "trade, buyer");
        _claimNoDeficitMade(sellerBefore, seller, "trade, seller");
        if (known[1] == 1) {
            // else series that had ended became cash on the way, which no rule of a trade is about
            _claimSettledCash(buyerBefore, buyer, "trade, buyer");
            _claimSettledCash(sellerBefore, seller, "trade, seller");
        }
        int256 lost = buyerBefore.equity + sellerBefore.equity - buyer.equity - seller.equity;
        int256 rest = lost - (_feesTaken() - known[0]);
        // Each equity is floored once, and the exact values sum to the same: one unit either way. Series that the trade
        // settles on the way are floored each.
        _claim(9, rest >= -1 && rest <= known[1], "a trade changed the equity of both by more than fees");
        _claimOthersUntouched(b, sides[0], sides[1], "a trade touched a third account");
    }

    /// @dev At the exchange or through the gateway, which have both functions. What is left out says why when it stands alone.
    function _enter(uint256 seed, Fill[] memory fills) private returns (bool isSettled, bytes memory answer) {
        address door = _pick(seed, "door", 0, 1) == 0 ? address(exchange) : address(gateway);
        if (_pick(seed, "available", 0, 3) == 0) {
            (isSettled, answer) = door.call(abi.encodeCall(exchange.settleAvailable, (fills)));
            if (!isSettled || abi.decode(answer, (uint256)) != 0) return (isSettled, answer);
        }
        return door.call(abi.encodeCall(exchange.settle, (fills)));
    }

    function _feesTaken() private view returns (int256) {
        return _cash(FEES) + _cash(compartment(BTC)) + _cash(compartment(ETH));
    }

    function _row(uint8 u) internal view returns (Market memory) {
        return markets.snapshot(UnderlyingSet.wrap(1 << u)).markets[0];
    }

    function _mark(uint8 u) internal view returns (uint256) {
        return _row(u).perpetualMark;
    }

    /* TRANSFER AND MODE */

    function transfer(uint256 seed) internal {
        AccountId from = _borrower(seed);
        AccountId to = _sibling(from);
        _settleNow(from); // what has ended cannot be moved
        Portfolio memory p = clearinghouse.portfolio(from);
        uint256 f = _pick(seed, "fraction", 0, 2) == 0 ? 1e18 : _pick(seed, "part", 0, 1e18);
        Position[] memory legs = new Position[](p.positions.length);
        for (uint256 i; i < legs.length; ++i) {
            int256 part = (int256(p.positions[i].lots()) * int256(f)) / 1e18;
            if (part == 0) return;
            legs[i] = position(p.positions[i].instrument(), int128(part));
        }
        int256 cash = (p.cash.raw() * int256(_pick(seed, "cash", 0, 1.2e18))) / 1e18;
        Seen[] memory b = _seeBoth(seed, from, to);
        bytes memory direct = abi.encodeCall(clearinghouse.transfer, (from, to, Usd.wrap(cash), legs));
        if (
            !_act(
                "transfer",
                seed,
                direct,
                abi.encodeCall(gateway.transfer, (from, to, Usd.wrap(cash), legs, unsigned))
            )
        ) return;
        _claimOwnerAction(b[_indexOf(from)], _see(from), "transfer, from");
        _claimOwnerAction(b[_indexOf(to)], _see(to), "transfer, to");
        _claimOthersUntouched(b, from, to, "a transfer touched a third account");
    }

    function setMode(uint256 seed) internal {
        AccountId account = _borrower(seed);
        _settleNow(account); // or else its maintenance is that of positions which are gone
        Seen[] memory b = _seeBoth(seed, account, account);
        Mode mode = Mode(_pick(seed, "mode", 0, 4));
        bytes memory direct = abi.encodeCall(clearinghouse.setMode, (account, mode));
        if (!_act("setMode", seed, direct, abi.encodeCall(gateway.setMode, (account, mode, unsigned)))) return;
        _claimOwnerAction(b[_indexOf(account)], _see(account), "mode change");
        Seen memory old = b[_indexOf(account)];
        _claim(4, old.equity >= old.maintenance, "an unhealthy account changed its mode");
        _claimOthersUntouched(b, account, account, "a mode change touched another account");
    }

    /// @dev At the clearinghouse, or through the gateway as the caller's own. @return isDone Not refused.
    function _act(
        bytes32 action,
        uint256 seed,
        bytes memory direct,
        bytes memory throughGateway
    ) private returns (bool isDone) {
        bytes memory reason;
        if (_pick(seed, "door", 0, 1) == 0) (isDone, reason) = address(clearinghouse).call(direct);
        else (isDone, reason) = address(gateway).call(throughGateway);
        if (isDone) calls[action]++;
        else _refused(action, reason);
    }

    /* CLAIMS */

    /// @dev INV-4, INV-6 and INV-7, restated, of one party of a transfer or a mode change.
    function _claimOwnerAction(Seen memory b, Seen memory a, string memory what) internal {
        _claimHealthKept(b, a, what);
        _claimNoDeficitMade(b, a, what);
        _claimSettledCash(b, a, what);
    }

    function _claimSettledCash(Seen memory b, Seen memory a, string memory what) private {
        bool withinLimit = a.settled >= -a.debtLimit;
        bool deRisked = a.maintenance <= b.maintenance && a.settled + b.maintenance - a.maintenance >= b.settled;
        _claim(7, withinLimit || deRisked, what);
    }

    function _claimNoDeficitMade(Seen memory b, Seen memory a, string memory what) internal {
        _claim(6, b.equity >= 0 ? a.equity >= 0 : a.equity >= b.equity, what);
    }
}
