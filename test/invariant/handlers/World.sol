// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {AccountId, accountId, CUSTODY} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, Kind, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Outflow} from "../../../contracts/interfaces/IVault.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {MockToken} from "../../../contracts/mocks/MockToken.sol";
import {SettableSource} from "../../../contracts/mocks/SettableSource.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Options} from "../../fixtures/Options.sol";

/// @notice The protocol with its actors, as one fuzzed contract: `act(seed)` is its only action, all choices come from the seed.
/// @dev This contract is governance, and operator of every account. Broken claims are noted, not thrown, so that one
/// campaign can tell of several; `violation(n)` is INV-n, `violation(0)` a refusal that nothing explains, or a session key
/// beyond its budget.
abstract contract World is Options {
    /// @dev An account at one moment. USD, 18 decimals.
    struct Seen {
        int256 equity;
        int256 maintenance;
        int256 settled;
        int256 goodEnd;
        int256 debtLimit;
        bytes32 vector;
    }

    uint256 internal constant OWNERS = 4;
    uint256 internal constant PER_OWNER = 2;
    uint256 internal constant BORROWERS = OWNERS * PER_OWNER;
    uint256 internal constant KEEPERS = 2;

    /// @dev Owners' accounts in pairs, then the house (deep counterparty), then keepers.
    AccountId[] internal all;
    AccountId internal house;
    uint256[3] internal price;
    /// @dev Options and futures that were ever traded; `datedNumber` is one more than the index.
    InstrumentId[] internal dated;
    mapping(InstrumentId instrument => uint256 number) internal datedNumber;

    bytes32[] internal actionNames;
    uint256[] private _weights;
    uint256 private _totalWeight;
    uint256 private _steps;
    function(uint256) internal[] private _actions;
    mapping(bytes32 action => uint256 count) internal calls;
    mapping(bytes32 action => mapping(bytes4 selector => bool)) private _expected;
    mapping(bytes4 selector => uint256 count) internal refusals;
    mapping(uint256 invariant => string firstBreach) internal violation;

    /// @dev Ghost totals per asset, token units.
    uint256[3] internal paidIn;
    uint256[3] internal paidOut;
    uint256[3] internal donated;

    function _build() internal {
        super.setUp();
        price = [1e18, BTC_SPOT, ETH_SPOT];
        vault.setOutflow(USD, Outflow(300_000e6, 5e6));
        usdc.approve(address(vault), type(uint256).max);
        wbtc.approve(address(vault), type(uint256).max);
        weth.approve(address(vault), type(uint256).max);
        for (uint256 i; i < OWNERS; ++i) {
            _join(owner(string.concat("owner", vm.toString(i))), PER_OWNER);
        }
        _join(owner("house"), 1);
        house = all[BORROWERS];
        _join(owner("keeper"), KEEPERS);
        for (uint256 i; i < BORROWERS; ++i) {
            _pay(all[i], USD, (i + 1) * 3_000e6);
        }
        _pay(house, USD, 20_000_000e6);
        for (uint256 i; i < KEEPERS; ++i) {
            _pay(all[BORROWERS + 1 + i], USD, 50_000_000e6);
        }
        _pay(house, BTC, 100e8);
        _pay(house, ETH, 1_000e18);
        _pay(all[3], ETH, 10e18);
        _pay(all[2], BTC, 1e8);
        skip(1 days); // what was paid in no longer lifts the outflow limit
        btcSource.set(BTC_SPOT);
        ethSource.set(ETH_SPOT);
    }

    function _join(address who, uint256 count) private {
        for (uint96 sub; sub < count; ++sub) {
            AccountId account = accountId(who, sub);
            vm.prank(who);
            clearinghouse.setOperator(account, address(this), true);
            all.push(account);
        }
    }

    /* ACTIONS */

    /// @dev Adds an action; the higher the weight the more often it comes.
    function _register(bytes32 name, function(uint256) internal action, uint256 weight) internal {
        actionNames.push(name);
        _actions.push(action);
        _weights.push(weight);
        _totalWeight += weight;
    }

    /// @dev One step of the world.
    function _step(uint256 seed) internal {
        seed = uint256(keccak256(abi.encode(_walkOf(seed), ++_steps))); // a number that comes again is another step
        _actions[_choose(seed)](seed);
    }

    /// @dev What the choices of a step come from.
    function _walkOf(uint256 seed) internal virtual returns (uint256) {
        return seed;
    }

    /// @dev Index of the action that a seed stands for, by the weights.
    function _choose(uint256 seed) internal view virtual returns (uint256 i) {
        uint256 ticket = (seed >> 128) % _totalWeight;
        for (; ticket >= _weights[i]; ++i) ticket -= _weights[i];
    }

    /// @dev A fresh number from the seed, in [low, high].
    function _pick(uint256 seed, string memory what, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + (uint256(keccak256(abi.encode(seed, what))) % (high - low + 1));
    }

    function _borrower(uint256 seed) internal view returns (AccountId) {
        return all[_pick(seed, "borrower", 0, BORROWERS - 1)];
    }

    /// @dev Borrowers who may hold collateral: the first owner's accounts have perpetuals alone.
    function _collateralised(uint256 seed) internal view returns (AccountId) {
        return all[_pick(seed, "borrower", PER_OWNER, BORROWERS - 1)];
    }

    /// @dev E - IM.
    function _free(AccountId account) internal view returns (int256) {
        return assess(account).equity.raw() - assess(account).initial.raw();
    }

    /// @dev The next borrower, from a random one on, that holds a perpetual of `u`; any borrower when none does.
    function _holder(uint256 seed, uint8 u) internal view returns (AccountId) {
        uint256 start = _pick(seed, "borrower", 0, BORROWERS - 1);
        for (uint256 i; i < BORROWERS; ++i) {
            AccountId account = all[(start + i) % BORROWERS];
            if (_lots(account, perpetualOf(u)) != 0) return account;
        }
        return all[start];
    }

    function _remember(InstrumentId instrument) internal {
        if (datedNumber[instrument] != 0) return;
        dated.push(instrument);
        datedNumber[instrument] = dated.length;
    }

    /// @dev How many positions of an account have a final price.
    function _ended(AccountId account) internal view returns (uint256 count) {
        Position[] memory held = clearinghouse.portfolio(account).positions;
        for (uint256 i; i < held.length; ++i) {
            (uint8 u, uint40 expiry) = (uint8(held[i].instrument().underlying()), held[i].instrument().expiry());
            (bool isFinal, ) = settlement.finalPrice(u, expiry);
            if (isFinal) ++count;
        }
    }

    /// @dev Neither collateral nor anything with an expiry: its perpetuals closed, only cash is left.
    function _isSimple(AccountId account) internal view returns (bool isSimple) {
        Position[] memory held = clearinghouse.portfolio(account).positions;
        isSimple = true;
        for (uint256 i; i < held.length && isSimple; ++i) isSimple = held[i].instrument().kind() == Kind.Perpetual;
    }

    /// @dev Settles an account first, where a claim is about the rest of an action. @return ended Positions that it had to.
    function _settleNow(AccountId account) internal returns (uint256 ended) {
        ended = _ended(account);
        if (ended == 0) return 0;
        AccountId[] memory accounts = new AccountId[](1);
        accounts[0] = account;
        settlement.settle(accounts);
        _claim(2, _ended(account) == 0, "an ended position outlived its settlement");
    }

    /// @dev The other account of the same owner.
    function _sibling(AccountId account) internal pure returns (AccountId) {
        return accountId(account.owner(), 1 - account.subId());
    }

    function _expect(bytes32 action, bytes4 selector) internal {
        _expected[action][selector] = true;
    }

    function _refused(bytes32 action, bytes memory reason) internal {
        bytes4 selector = bytes4(reason);
        refusals[selector]++;
        string memory what = string(abi.encodePacked(action, " refused: ", vm.toString(reason)));
        _claim(0, _expected[action][selector], what);
    }

    /* CLAIMS */

    function _claim(uint256 invariant, bool holds, string memory what) internal {
        if (!holds && bytes(violation[invariant]).length == 0) violation[invariant] = what;
    }

    function _see(AccountId account) internal view returns (Seen memory s) {
        Assessment memory a = clearinghouse.assess(account);
        s = Seen(
            a.equity.raw(),
            a.maintenance.raw(),
            a.settledCash.raw(),
            a.goodEnd.raw(),
            a.debtLimit.raw(),
            keccak256(abi.encode(clearinghouse.portfolio(account)))
        );
    }

    /// @dev The accounts an action names; one time in eight everybody, so that nothing can happen to bystanders unseen.
    function _seeBoth(uint256 seed, AccountId x, AccountId y) internal view returns (Seen[] memory s) {
        bool everybody = _pick(seed, "everybody", 0, 7) == 0;
        s = new Seen[](all.length);
        for (uint256 i; i < s.length; ++i) {
            if (everybody || all[i] == x || all[i] == y) s[i] = _see(all[i]);
        }
    }

    /// @dev INV-4 in one block at one price: what an account had of health stays.
    function _claimHealthKept(Seen memory b, Seen memory a, string memory what) internal {
        _claim(4, b.equity < b.maintenance || a.equity >= a.maintenance, what);
    }

    /// @dev Nobody but `x` and `y` changed in anything.
    function _claimOthersUntouched(Seen[] memory b, AccountId x, AccountId y, string memory what) internal {
        for (uint256 i; i < b.length; ++i) {
            if (all[i] == x || all[i] == y || b[i].vector == 0) continue;
            Seen memory a = _see(all[i]);
            bool same = a.vector == b[i].vector && a.equity == b[i].equity && a.maintenance == b[i].maintenance;
            _claim(4, same && a.goodEnd == b[i].goodEnd, what);
        }
    }

    function _indexOf(AccountId account) internal view returns (uint256 i) {
        while (all[i] != account) ++i;
    }

    /* LEDGER */

    function _pay(AccountId account, uint8 asset, uint256 amount) internal returns (uint256 credited) {
        MockToken(vault.tokenOf(asset)).mint(address(this), amount);
        credited = vault.deposit(account, asset, amount);
        paidIn[asset] += amount;
    }

    function _cash(AccountId account) internal view returns (int256) {
        return clearinghouse.cashOf(account).raw();
    }

    /// @dev V, D booked, and all that withdrawals reckon with. USD, 18 decimals.
    function _solvency() internal view returns (int256 held, int256 booked, int256 open) {
        held = -_cash(CUSTODY);
        (Usd known, Usd expected) = vault.losses();
        booked = known.raw();
        open = booked + expected.raw();
    }

    function _sourceOf(uint8 underlying) internal view returns (SettableSource) {
        return underlying == BTC ? btcSource : ethSource;
    }

    function _lots(AccountId account, InstrumentId instrument) internal view returns (int256) {
        return clearinghouse.lotsOf(account, instrument);
    }
}
