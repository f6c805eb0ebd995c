// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Bid, IAuction, ILiquidationCallback, LiquidationState} from "../../../contracts/interfaces/IAuction.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Portfolio} from "../../../contracts/interfaces/IMarginEngine.sol";
import {AccountId, compartment, CUSTODY, HOLE} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd, ZERO_USD} from "../../../contracts/types/Usd.sol";
import {Dated} from "./Dated.sol";

/// @notice What anyone may do to other accounts, with the claims on each (INV-4, 6, 14).
abstract contract KeeperActions is Dated, ILiquidationCallback {
    /// @dev A takeover as it was found.
    struct Found {
        AccountId account;
        AccountId keeper;
        Portfolio vector;
        LiquidationState state;
        Seen taken;
        Seen taker;
        int256 hole;
        int256 common;
        bool callback;
    }

    function _registerKeepers() internal {
        _register("flag", flag, 4);
        _register("unflag", unflag, 3);
        _register("liquidate", liquidate, 12);
        _register("convert", convert, 8);
        _register("absorb", absorb, 10);
        _expect("liquidate", IAuction.SliceWorthless.selector);
        _expect("liquidate", IAuction.SliceTooSmall.selector);
        _expect("liquidate", IAuction.KeeperUndermargined.selector);
        // What a poor keeper traded inside the callback went too far.
        _expect("liquidate", IClearinghouse.SettledCashTooLow.selector);
        _expect("liquidate", IClearinghouse.InsufficientMargin.selector);
        _expect("convert", IAuction.SliceTooSmall.selector);
        _expect("convert", IAuction.KeeperUndermargined.selector);
        _expect("callback", IClearinghouse.InsufficientMargin.selector);
        _expect("callback", IClearinghouse.SettledCashTooLow.selector);
        _expect("callback", IClearinghouse.NewRiskRefused.selector);
    }

    /* CLOCK AND MEMO */

    function flag(uint256 seed) internal {
        (bool found, AccountId account) = _find(seed, 0);
        if (!found) return;
        uint256 elapsed = auction.liquidationState(account).elapsed;
        Seen[] memory b = _seeBoth(seed, account, account);
        auction.flag(account);
        calls["flag"]++;
        int256 equity = b[_indexOf(account)].equity;
        _claim(13, clearinghouse.memo(account).raw() == (equity < 0 ? -equity : int256(0)), "memo is not the deficit");
        _claim(14, auction.liquidationState(account).elapsed == elapsed, "flagging moved the clock");
        _claimOthersUntouched(b, house, house, "a flag changed an account");
    }

    function unflag(uint256 seed) internal {
        (bool found, AccountId account) = _find(seed, 1);
        if (!found) return;
        uint256 elapsed = auction.liquidationState(account).elapsed;
        auction.unflag(account);
        calls["unflag"]++;
        _claim(13, clearinghouse.memo(account).raw() == 0, "a memo without a flag");
        _claim(14, auction.liquidationState(account).elapsed <= elapsed, "unflagging advanced the clock");
    }

    /* TAKEOVERS */

    function liquidate(uint256 seed) internal {
        (bool any, AccountId account) = _find(seed, 0);
        if (!any) return;
        Found memory f = _found(seed, account);
        uint256 least = f.state.minFraction;
        uint256 fraction = _pick(seed, "max", 0, 2) == 0 ? 1e18 : _pick(seed, "fraction", least, 1e18);
        f.callback = _pick(seed, "callback", 0, 3) == 0;
        Seen[] memory b = _seeBoth(seed, account, f.keeper);
        Bid memory bid = Bid(account, f.keeper, fraction, Usd.wrap(-1e30), f.callback ? abi.encode(seed) : bytes(""));
        try auction.liquidate(bid) returns (Usd payment, Usd reward) {
            calls[f.callback ? bytes32("liquidateWithCallback") : bytes32("liquidate")]++;
            calls[f.taken.equity < 0 ? bytes32("liquidateInsolvent") : bytes32("liquidateSolvent")]++;
            _claimFraction(f);
            _claimSlice(f, payment.raw(), reward.raw());
        } catch (bytes memory reason) {
            return _refused("liquidate", reason);
        }
        if (!f.callback) _claimOthersUntouched(b, account, f.keeper, "a liquidation touched a third account");
    }

    /// @dev Sells part of what came over to the house at the mark, inside the callback.
    function onLiquidation(AccountId, AccountId keeper, Usd, Usd, bytes calldata data) external {
        uint256 seed = abi.decode(data, (uint256));
        uint8 u = uint8(_pick(seed, "resell", BTC, ETH));
        int256 held = _lots(keeper, perpetualOf(u));
        if (held == 0) return;
        uint256 lots = _pick(seed, "resold", 1, uint256(held < 0 ? -held : held));
        Fill[] memory fills = new Fill[](1);
        fills[0] = fillOf(
            held < 0 ? keeper : house,
            held < 0 ? house : keeper,
            perpetualOf(u),
            uint128(lots),
            _mark(u)
        );
        (fills[0].makerSignature, fills[0].takerSignature) = ("", "");
        try exchange.settle(fills) {
            calls["callbackTrade"]++;
        } catch (bytes memory reason) {
            _refused("callback", reason);
        }
    }

    function convert(uint256 seed) internal {
        (bool any, AccountId account) = _find(seed, 2);
        if (!any) return;
        Found memory f = _found(seed, account);
        Seen[] memory b = _seeBoth(seed, account, f.keeper);
        try auction.convert(account, f.keeper, Usd.wrap(-1e30), "") {
            calls["convert"]++;
        } catch (bytes memory reason) {
            return _refused("convert", reason);
        }
        Seen memory a = _see(account);
        _claimRatioNoWorse(f.taken, a, "a conversion lowered E/MM");
        _claimHealthKept(f.taken, a, "a conversion hurt");
        _claim(7, a.settled >= f.taken.settled, "a conversion deepened the debt");
        // 2 % per unit of maintenance removed, at most.
        int256 removed = f.taken.maintenance - a.maintenance;
        _claim(14, (f.taken.equity - a.equity) * 50 <= removed, "a conversion cost more than 2 %");
        _claimOthersUntouched(b, account, f.keeper, "a conversion touched a third account");
    }

    /// @dev An insolvent owner may close at the mark, free of fees; what is left is a debt without positions.
    function absorb(uint256 seed) internal {
        (bool insolvent, AccountId debtor) = _find(seed, 4);
        if (!insolvent) (insolvent, debtor) = _ruin(seed);
        for (uint8 u = BTC; insolvent && u <= ETH; ++u) {
            int256 held = _lots(debtor, perpetualOf(u));
            AccountId[2] memory sides = held < 0 ? [debtor, house] : [house, debtor];
            if (held != 0) _trade("close", seed, sides, perpetualOf(u), uint256(held < 0 ? -held : held), _mark(u));
        }
        (bool any, AccountId account) = _find(seed, 3);
        if (!any) return;
        Seen[] memory b = _seeBoth(seed, account, account);
        auction.absorb(account);
        calls["absorb"]++;
        _claim(6, _see(account).equity == 0, "absorbed to zero");
        _claimOthersUntouched(b, account, account, "absorbing touched a third account");
    }

    /// @dev A gap that makes one account with perpetuals alone insolvent.
    function _ruin(uint256 seed) private returns (bool, AccountId account) {
        uint256 start = _pick(seed, "ruined", 0, BORROWERS - 1);
        for (uint256 i; i < 2 * BORROWERS; ++i) {
            account = all[(start + i) % BORROWERS];
            uint8 u = i < BORROWERS ? BTC : ETH;
            if (!healthyFeed[u] || !_isSimple(account)) continue;
            if (_moveTo(account, u, -_see(account).equity / 10)) return (_see(account).equity < 0, account);
        }
        return (false, account);
    }

    /// @dev The next account, from a random one on: 0 liquidatable, 1 flagged and healthy, 2 convertible, 3 absorbable,
    /// 4 insolvent with perpetuals alone. What has ended is settled first: it may cure an account.
    function _find(uint256 seed, uint256 what) private returns (bool, AccountId) {
        uint256 start = _pick(seed, "start", 0, BORROWERS - 1);
        for (uint256 i; i < BORROWERS; ++i) {
            AccountId account = all[(start + i) % BORROWERS];
            _settleNow(account);
            LiquidationState memory s = auction.liquidationState(account);
            bool isBare = clearinghouse.portfolio(account).positions.length == 0;
            if (what == 0 && s.liquidatable) return (true, account);
            if (what == 1 && s.flagged && s.assessment.equity >= s.assessment.maintenance) return (true, account);
            if (what == 2 && s.convertible) return (true, account);
            if (what == 4 && s.assessment.equity < ZERO_USD && _isSimple(account)) return (true, account);
            if (what == 3 && isBare && clearinghouse.cashOf(account) < ZERO_USD) return (true, account);
        }
        return (false, all[0]);
    }

    /// @dev Keepers can afford any slice; one time in eight a borrower tries.
    function _found(uint256 seed, AccountId account) private returns (Found memory f) {
        f.account = account;
        f.keeper = all[BORROWERS + 1 + _pick(seed, "keeper", 0, KEEPERS - 1)];
        bool isPoor = _pick(seed, "poor", 0, 7) == 0;
        if (isPoor && _borrower(seed) != account) f.keeper = _borrower(seed);
        _settleNow(f.keeper);
        f.vector = clearinghouse.portfolio(account);
        f.state = auction.liquidationState(account);
        f.taken = _see(account);
        f.taker = _see(f.keeper);
        f.hole = _cash(HOLE);
        f.common = _cash(compartment(0));
    }

    /* CLAIMS */

    /// @dev INV-14: no position lost more than f_max, without a division: |moved| * 1.1 MM <= |lots| * (1.1 MM - E).
    function _claimFraction(Found memory f) private {
        if (f.taken.equity <= 0 || f.taken.maintenance < 1_000e18) return;
        int256 target = 11 * f.taken.maintenance;
        for (uint256 i; i < f.vector.positions.length; ++i) {
            InstrumentId instrument = f.vector.positions[i].instrument();
            int256 lots = f.vector.positions[i].lots();
            int256 moved = lots - _lots(f.account, instrument);
            if (lots < 0) (lots, moved) = (-lots, -moved);
            _claim(14, moved >= 0 && moved * target <= lots * (target - 10 * f.taken.equity), "more than f_max taken");
        }
    }

    function _claimSlice(Found memory f, int256 payment, int256 reward) private {
        Seen memory a = _see(f.account);
        int256 removed = f.taken.maintenance - a.maintenance;
        int256 lost = f.taken.equity - a.equity;
        _claimRatioNoWorse(f.taken, a, "a slice lowered E/MM");
        _claim(6, f.taken.equity < 0 || a.equity >= 0, "a slice made a deficit");
        _claim(14, f.taken.equity > 0 || lost <= 0, "an insolvent account paid for its liquidation");
        bool isDust = f.taken.maintenance < 1_000e18;
        if (f.taken.equity > 0 && !isDust) {
            _claim(
                14,
                lost >= 0 && lost * f.taken.maintenance * 5 <= 4 * f.taken.equity * removed,
                "above the cap of 80 %"
            );
            _claim(14, lost * 2 <= removed, "a discount above 50 %");
        }
        // beta: 5 % in an hour; paid in full when the common compartment alone can, or HOLE does.
        uint256 ramp = f.state.elapsed < 3600 ? f.state.elapsed : 3600;
        int256 floor = (removed * int256(ramp)) / 72_000 - removed / 1e18 - 1; // the rate is rounded down to 1e-18
        bool covered = f.taken.equity < 0 || f.common >= floor;
        // While a loss D is booked, what is paid costs D/V more: it is the price of money that is worth r.
        int256 share = f.hole < 0 ? (payment * -f.hole) / -_cash(CUSTODY) + 1 : int256(0);
        _claim(14, !covered || reward + share >= floor, "less than the reward floor");
        _claim(14, reward + share >= 0, "a keeper paid for an account");
        _claim(14, payment >= 0, "a negative payment");
        if (auction.liquidationState(f.account).flagged) {
            _claim(14, auction.liquidationState(f.account).elapsed <= f.state.elapsed, "the clock jumped forward");
        }
        _claimKeeper(f, reward);
    }

    function _claimKeeper(Found memory f, int256 reward) private {
        Seen memory k = _see(f.keeper);
        _claim(4, 10 * k.equity >= 11 * k.maintenance, "a keeper below b * MM");
        if (f.callback) return;
        int256 gain = k.equity - f.taker.equity;
        _claim(14, gain >= reward - 2 && gain <= reward + 2, "the reward is not the keeper's gain");
    }

    /// @dev INV-14, exact: E' * MM >= E * MM' while E > 0.
    function _claimRatioNoWorse(Seen memory b, Seen memory a, string memory what) private {
        _claim(14, b.equity <= 0 || a.equity * b.maintenance >= b.equity * a.maintenance, what);
    }
}
