// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Claim, IVault} from "../../../contracts/interfaces/IVault.sol";
import {AccountId, compartment} from "../../../contracts/types/AccountId.sol";
import {spotOf} from "../../../contracts/types/InstrumentId.sol";
import {Owners} from "./Owners.sol";

/// @notice Deposits, withdrawals, claims and donations, with the claims on each (INV-4, 6, 7, 13).
abstract contract Money is Owners {
    /// @dev USD per token unit of the settlement token.
    int256 internal constant USD_UNIT = 1e12;

    function _registerMoney() internal {
        _register("depositUsd", depositUsd, 4);
        _register("depositCollateral", depositCollateral, 4);
        _register("withdrawUsd", withdrawUsd, 6);
        _register("withdrawCollateral", withdrawCollateral, 4);
        _register("claim", claim, 4);
        _register("donate", donate, 1);
        _register("insure", insureSome, 1);
        // Collateral has a requirement of its own: with E/MM above what one dollar of it brings, it lowers the ratio.
        _expect("depositCollateral", IClearinghouse.InsufficientMargin.selector);
        _expect("withdrawUsd", IClearinghouse.InsufficientMargin.selector);
        _expect("withdrawUsd", IClearinghouse.SettledCashTooLow.selector);
        _expect("withdrawCollateral", IClearinghouse.InsufficientMargin.selector);
        _expect("withdrawCollateral", IClearinghouse.SettledCashTooLow.selector);
        _expect("claim", IVault.ClaimNotReady.selector);
        _expect("claim", IVault.LossOpen.selector);
    }

    function depositUsd(uint256 seed) internal {
        AccountId account = _borrower(seed);
        Seen[] memory b = _seeBoth(seed, account, account);
        (int256 held, int256 booked, ) = _solvency();
        uint256 amount = _pick(seed, "amount", 1, _pick(seed, "large", 0, 3) == 0 ? 100_000e6 : 2_000e6);
        int256 credited = int256(_pay(account, USD, amount));
        calls["depositUsd"]++;
        Seen memory before = b[_indexOf(account)];
        Seen memory a = _see(account);
        _claim(6, a.equity == before.equity + credited, "a deposit is not worth its credit");
        _claim(7, a.settled == before.settled + credited, "a deposit is not settled cash");
        _claimHealthKept(before, a, "a deposit of dollars hurt");
        _claimOthersUntouched(b, account, account, "a deposit touched another account");
        int256 x = int256(amount) * USD_UNIT;
        if (before.settled < 0 || held == 0) {
            _claim(13, credited == x, "a debtor is credited 1:1");
            return;
        }
        // V(V' + D') <= V'(V + D) < V(V' + D') + V: r of booked losses does not fall, and rises by the rounding of one credit.
        (int256 heldAfter, int256 bookedAfter, ) = _solvency();
        int256 rise = heldAfter * (held + booked) - held * (heldAfter + bookedAfter);
        _claim(13, rise >= 0 && (rise < held || rise == 0), "a deposit moved r of booked losses");
    }

    function depositCollateral(uint256 seed) internal {
        AccountId account = _collateralised(seed);
        uint8 asset = uint8(_pick(seed, "asset", BTC, ETH));
        uint256 amount = _pick(seed, "amount", 1, asset == BTC ? 0.5e8 : 6e18);
        _settleNow(account); // or else options become cash on the way
        Seen[] memory b = _seeBoth(seed, account, account);
        try this.payFor(account, asset, amount) {
            calls["depositCollateral"]++;
        } catch (bytes memory reason) {
            _claim(
                4,
                _see(account).equity >= 2 * _see(account).maintenance,
                "an account in need was refused collateral"
            );
            return _refused("depositCollateral", reason);
        }
        Seen memory before = b[_indexOf(account)];
        Seen memory a = _see(account);
        _claimHealthKept(before, a, "a deposit of collateral hurt");
        _claimNoDeficitMade(before, a, "a deposit of collateral");
        _claim(7, a.settled == before.settled, "collateral changed settled cash");
        _claimOthersUntouched(b, account, account, "a deposit touched another account");
    }

    /// @dev For try/catch: mint and deposit together.
    function payFor(AccountId account, uint8 asset, uint256 amount) external {
        require(msg.sender == address(this), "only for itself");
        _pay(account, asset, amount);
    }

    /// @dev Three times in four within a tenth of all that initial margin and settled cash leave.
    function withdrawUsd(uint256 seed) internal {
        AccountId account = _pick(seed, "house", 0, 2) == 0 ? house : _borrower(seed);
        int256 free = _free(account);
        int256 settled = _see(account).settled;
        if (settled < free) free = settled;
        uint256 amount = _pick(seed, "amount", 1, 5_000e6);
        if (account == house) amount = _pick(seed, "house amount", 1, 700_000e6);
        else if (free > USD_UNIT && _pick(seed, "boundary", 0, 3) != 0) {
            amount = (uint256(free / USD_UNIT) * _pick(seed, "share", 0.9e18, 1.1e18)) / 1e18 + 1;
        }
        _withdraw("withdrawUsd", seed, account, USD, amount);
    }

    function withdrawCollateral(uint256 seed) internal {
        AccountId account = _borrower(seed);
        uint8 asset = uint8(_pick(seed, "asset", BTC, ETH));
        int256 held = _lots(account, spotOf(asset));
        if (held == 0) return;
        _settleNow(account);
        uint256 amount = _pick(seed, "all", 0, 2) == 0 ? uint256(held) : _pick(seed, "amount", 1, uint256(held));
        _withdraw("withdrawCollateral", seed, account, asset, amount);
    }

    function _withdraw(bytes32 action, uint256 seed, AccountId account, uint8 asset, uint256 amount) private {
        Seen[] memory b = _seeBoth(seed, account, account);
        (int256 held, , int256 open) = _solvency();
        int256 memo = clearinghouse.memo(account).raw();
        try vault.withdraw(account, asset, amount, account.owner(), 0) returns (uint256 paid, uint256) {
            calls[action]++;
            paidOut[asset] += paid;
            // The exit check refreshes the memo of a flagged account, which moves r for a reason of its own.
            bool refreshed = memo != clearinghouse.memo(account).raw();
            if (asset == USD && paid != 0 && !refreshed) {
                _claimRatioKept(held, open, int256(amount) * USD_UNIT, "withdrawal");
            }
        } catch (bytes memory reason) {
            return _refused(action, reason);
        }
        Seen memory before = b[_indexOf(account)];
        Seen memory a = _see(account);
        _claimHealthKept(before, a, "a withdrawal hurt its account");
        _claimNoDeficitMade(before, a, "a withdrawal");
        if (asset == USD) _claim(7, a.settled >= 0, "a withdrawal borrowed dollars");
        else _claim(7, a.settled == before.settled, "collateral changed settled cash");
        _claimOthersUntouched(b, account, account, "a withdrawal touched another account");
    }

    /// @dev INV-13, cross-multiplied: V(V' + O') <= V'(V + O), apart by at most one token unit and r's own rounding.
    function _claimRatioKept(int256 held, int256 open, int256 debited, string memory what) private {
        (int256 heldAfter, , int256 openAfter) = _solvency();
        int256 rise = heldAfter * (held + open) - held * (heldAfter + openAfter);
        int256 bound = (held + open) * (USD_UNIT + debited / 1e18 + 1);
        _claim(13, rise >= 0, string.concat("r fell by a ", what));
        _claim(13, rise <= bound, string.concat("r rose by a ", what));
    }

    function claim(uint256 seed) internal {
        uint256 count = vault.claimCount();
        if (count == 0) return;
        uint256 id = _pick(seed, "claim", 1, count);
        while (id <= count && vault.claims(id).amount == 0) ++id;
        if (id > count) return;
        Claim memory c = vault.claims(id);
        if (_pick(seed, "wait", 0, 1) == 0) vm.warp(vault.latestPayment(id));
        bool due = vault.latestPayment(id) <= block.timestamp;
        Seen[] memory b = _seeBoth(seed, house, house);
        (int256 held, , int256 open) = _solvency();
        bool isReceiver = _pick(seed, "receiver", 0, 1) == 0;
        if (isReceiver) vm.prank(c.receiver);
        try vault.claim(id) returns (uint256 paid) {
            _claim(13, isReceiver || paid == c.amount, "a stranger paid out at a loss");
            calls["claim"]++;
            paidOut[c.asset] += paid;
            if (c.asset == USD) _claimRatioKept(held, open, int256(uint256(c.amount)) * USD_UNIT, "claim");
        } catch (bytes memory reason) {
            _claim(1, !due || !isReceiver, "a claim was not paid at its latest date");
            return _refused("claim", reason);
        }
        _claimOthersUntouched(b, house, house, "a claim touched an account");
    }

    /// @dev Tokens that nobody deposited.
    function donate(uint256 seed) internal {
        uint256 amount = _pick(seed, "amount", 1, 1e12);
        usdc.mint(address(vault), amount);
        wbtc.mint(address(vault), amount);
        weth.mint(address(vault), amount);
        for (uint256 asset; asset < 3; ++asset) {
            donated[asset] += amount;
        }
        calls["donate"]++;
    }

    function insureSome(uint256 seed) internal {
        AccountId to = compartment(uint8(_pick(seed, "compartment", 0, ETH)));
        _pay(to, USD, _pick(seed, "amount", 1, 20_000e6));
        calls["insure"]++;
    }
}
