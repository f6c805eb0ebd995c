// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {
    AccountId,
    accountId,
    clearing,
    compartment,
    CUSTODY,
    FEES,
    HOLE,
    QUEUE
} from "../../contracts/types/AccountId.sol";
import {InstrumentId, instrumentId, Kind, perpetualOf, spotOf} from "../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../contracts/types/Position.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../../contracts/types/UnderlyingSet.sol";

/// @dev Packed words: what goes in comes out, and the order is the documented one.
contract WordsTest is Test {
    function testFuzz_accountId_roundTrip(address who, uint96 sub) public pure {
        AccountId id = accountId(who, sub);
        assertEq(id.owner(), who);
        assertEq(id.subId(), sub);
        assertEq(id.isSystem(), who == address(0));
        assertTrue(id == accountId(who, sub));
    }

    function testFuzz_accountId_isInjective(address a, uint96 x, address b, uint96 y) public pure {
        assertEq(accountId(a, x) == accountId(b, y), a == b && x == y);
        assertEq(accountId(a, x) != accountId(b, y), a != b || x != y);
    }

    /// @dev No two system accounts share an id, and only compartments are compartments.
    function testFuzz_systemAccounts_areDistinct(uint8 u, uint8 other, uint40 expiry) public pure {
        AccountId[4] memory named = [CUSTODY, FEES, HOLE, QUEUE];
        for (uint256 i; i < 4; ++i) {
            assertTrue(named[i].isSystem());
            assertFalse(named[i].isCompartment());
            assertTrue(named[i] != compartment(u));
            assertTrue(named[i] != clearing(u, expiry));
            for (uint256 j; j < i; ++j) {
                assertTrue(named[i] != named[j]);
            }
        }
        assertTrue(compartment(u).isCompartment());
        assertTrue(compartment(u).isSystem());
        assertFalse(clearing(u, expiry).isCompartment());
        assertEq(compartment(u) == compartment(other), u == other);
        assertTrue(clearing(u, expiry) != compartment(other));
    }

    function testFuzz_isCompartment_notOfAnOwner(address who, uint96 sub) public pure {
        vm.assume(who != address(0));
        assertFalse(accountId(who, sub).isCompartment());
    }

    function testFuzz_instrumentId_roundTrip(uint8 u, uint40 expiry, uint64 strike, uint8 kind) public pure {
        Kind k = Kind(kind % 5);
        InstrumentId id = instrumentId(u, expiry, strike, k);
        assertEq(id.underlying(), u);
        assertEq(id.expiry(), expiry);
        assertEq(id.strike(), strike);
        assertEq(uint8(id.kind()), uint8(k));
    }

    /// @dev Sorts by underlying, expiry, strike, kind.
    function testFuzz_instrumentId_sorts(uint128 seedA, uint128 seedB) public pure {
        // Few values per field, so that leading fields are often equal.
        uint256[4] memory a = [uint256(seedA % 3), (seedA >> 8) % 3, (seedA >> 16) % 3, (seedA >> 24) % 5];
        uint256[4] memory b = [uint256(seedB % 3), (seedB >> 8) % 3, (seedB >> 16) % 3, (seedB >> 24) % 5];
        uint256 i;
        while (i < 3 && a[i] == b[i]) ++i;
        assertEq(_word(a) < _word(b), a[i] < b[i]);
        assertEq(_word(a) == _word(b), a[i] == b[i]);
    }

    function _word(uint256[4] memory f) private pure returns (uint128) {
        return InstrumentId.unwrap(instrumentId(uint8(f[0]), uint40(f[1]), uint64(f[2]), Kind(f[3])));
    }

    function testFuzz_spotAndPerpetual_areNeighbours(uint8 u) public pure {
        assertEq(uint8(spotOf(u).kind()), uint8(Kind.Spot));
        assertEq(uint8(perpetualOf(u).kind()), uint8(Kind.Perpetual));
        assertEq(InstrumentId.unwrap(perpetualOf(u)) - InstrumentId.unwrap(spotOf(u)), 1);
        assertFalse(perpetualOf(u) == spotOf(u));
    }

    function testFuzz_position_roundTrip(uint128 instrument, int128 lots) public pure {
        Position p = position(InstrumentId.wrap(instrument), lots);
        assertEq(InstrumentId.unwrap(p.instrument()), instrument);
        assertEq(p.lots(), lots);
    }

    /// @dev Against a plain array of flags.
    function testFuzz_underlyingSet_isASet(uint8[12] calldata members, uint8 probe) public pure {
        bool[256] memory held;
        UnderlyingSet set = NO_UNDERLYINGS;
        assertTrue(set.isEmpty());
        for (uint256 i; i < members.length; ++i) {
            held[members[i]] = true;
            set = set.with(members[i]);
        }
        uint256 count;
        uint256 smaller;
        for (uint256 i; i < 256; ++i) {
            assertEq(set.contains(i), held[i]);
            if (held[i]) ++count;
            if (held[i] && i < probe) ++smaller;
        }
        assertEq(set.size(), count);
        assertEq(set.row(probe), smaller, "row = number of smaller members");
        assertFalse(set.isEmpty());
    }

    function testFuzz_underlyingSet_unionHoldsBoth(uint256 a, uint256 b, uint8 probe) public pure {
        UnderlyingSet both = UnderlyingSet.wrap(a).union(UnderlyingSet.wrap(b));
        bool either = UnderlyingSet.wrap(a).contains(probe) || UnderlyingSet.wrap(b).contains(probe);
        assertEq(both.contains(probe), either);
    }
}
