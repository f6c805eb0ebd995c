// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Mode} from "../../contracts/interfaces/IMarginEngine.sol";
import {AccountId, accountId, clearing, compartment, CUSTODY, FEES, HOLE} from "../../contracts/types/AccountId.sol";
import {InstrumentId, Kind, perpetualOf} from "../../contracts/types/InstrumentId.sol";
import {Position} from "../../contracts/types/Position.sol";
import {SettlementScene} from "../unit/core/SettlementScene.sol";

/// @dev Random books of calls, puts and futures in two underlyings, settled account by account in a random order and by random
/// touches. After every step nothing is lost (INV-1, INV-2) and nobody's equity has moved.
contract SettlementBooksFuzz is SettlementScene {
    uint256 private constant ACCOUNTS = 4;
    uint256 private constant TRADES = 6;

    AccountId[] private _accounts;
    InstrumentId[] private _instruments;
    mapping(InstrumentId instrument => bool known) private _isKnown;

    function setUp() public override {
        super.setUp();
        _accounts = [alice, bob, carol, fund(owner("dave"), 0, 1_000_000)];
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_settle_INV1_INV2_holdInAnyOrder(uint256 seed) public {
        for (uint256 i; i < TRADES; ++i) _tradeSomething(uint256(keccak256(abi.encode(seed, i))));
        finish(_pick(seed, "btc", 20_000, 80_000), _pick(seed, "eth", 1_500, 6_000));
        vm.warp(block.timestamp + _pick(seed, "later", 0, 2 hours));
        uint256 start = _pick(seed, "start", 0, ACCOUNTS - 1);
        uint256 stride = 1 + 2 * _pick(seed, "stride", 0, 1); // 1 or 3: both visit everybody
        for (uint256 i; i < ACCOUNTS; ++i) {
            AccountId account = _accounts[(start + i * stride) % ACCOUNTS];
            int256 before = assess(account).equity.raw();
            uint256 touches = _touch(account, _pick(seed, string.concat("how", vm.toString(i)), 0, 3));
            int256 moved = assess(account).equity.raw() - before;
            assertLe(moved, 0, "nothing is given away");
            assertGe(moved, -2, "at most a unit for each series");
            assertEq(touches, 0, "left unsettled");
            _assertConserved();
        }
        _assertNothingLeft();
    }

    /// @dev Calls, puts and futures of the nearest series and of the next one, and perpetuals.
    function _tradeSomething(uint256 seed) private {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        uint256 spot = u == BTC ? 40_000 : 3_000;
        uint256 strike = ((spot * _pick(seed, "strike", 15, 25)) / 20 / 50) * 50;
        uint256 kind = _pick(seed, "kind", 0, 6);
        uint256 expiry = kind == 6 ? 1 : NEAR;
        InstrumentId instrument = call(u, expiry, strike);
        if (kind == 0 || kind == 1) instrument = put(u, expiry, strike);
        if (kind == 2) instrument = future(u, expiry);
        if (kind == 3) instrument = perpetualOf(u);
        uint256 buyer = _pick(seed, "buyer", 0, ACCOUNTS - 1);
        uint256 seller = (buyer + _pick(seed, "seller", 1, ACCOUNTS - 1)) % ACCOUNTS;
        uint256 paid = instrument.kind() < Kind.Call ? spot * 1e18 : (spot * 1e18) / 20;
        trade(_accounts[buyer], _accounts[seller], instrument, uint128(_pick(seed, "lots", 1, 9_999)), paid);
        if (!_isKnown[instrument]) _instruments.push(instrument);
        _isKnown[instrument] = true;
    }

    /// @return left Lots of ended series that the account still holds.
    function _touch(AccountId account, uint256 how) private returns (uint256 left) {
        address who = account.owner();
        if (how == 0) settlement.settle(only(account));
        if (how != 0) vm.startPrank(who);
        if (how == 1) clearinghouse.setMode(account, Mode.Portfolio);
        if (how == 2) clearinghouse.transfer(account, accountId(who, 9), usd(0), new Position[](0));
        if (how == 3) vault.withdraw(account, USD, 1, who, 0);
        vm.stopPrank();
        if (how == 3) deposit(account, USD, 1);
        for (uint256 i; i < _instruments.length; ++i) {
            if (_instruments[i].expiry() != end) continue;
            int256 held = lots(account, _instruments[i]);
            left += uint256(held < 0 ? -held : held);
        }
    }

    function _assertConserved() private view {
        int256 sum = cash(CUSTODY) + cash(FEES) + cash(HOLE) + clearingCash(BTC) + clearingCash(ETH);
        for (uint8 u; u <= ETH; ++u) sum += cash(compartment(u));
        for (uint256 i; i < ACCOUNTS; ++i) sum += cash(_accounts[i]);
        assertEq(sum, 0, "INV-1: sum of cash");
        uint256[3] memory longs;
        for (uint256 i; i < _instruments.length; ++i) {
            InstrumentId instrument = _instruments[i];
            uint8 u = uint8(instrument.underlying());
            int256 total = lots(clearing(u, instrument.expiry()), instrument);
            for (uint256 j; j < ACCOUNTS; ++j) {
                int256 held = lots(_accounts[j], instrument);
                total += held;
                if (held > 0) longs[u] += uint256(held);
            }
            assertEq(total, 0, "INV-2: sum of lots");
        }
        assertEq(openInterest(BTC), longs[BTC], "INV-2: open interest");
        assertEq(openInterest(ETH), longs[ETH], "INV-2: open interest");
    }

    function _assertNothingLeft() private view {
        for (uint8 u = BTC; u <= ETH; ++u) {
            assertGe(clearingCash(u), 0, "rounding is never paid by the others");
            assertLe(clearingCash(u), int256(ACCOUNTS), "a unit for each account");
            for (uint256 i; i < _instruments.length; ++i) {
                if (_instruments[i].expiry() != end) continue;
                assertEq(lots(clearing(u, end), _instruments[i]), 0, "the clearing account is flat");
            }
        }
    }

    function _pick(uint256 seed, string memory what, uint256 low, uint256 high) private pure returns (uint256) {
        return low + (uint256(keccak256(abi.encode(seed, what))) % (high - low + 1));
    }
}
