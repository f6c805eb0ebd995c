// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Black76} from "../../contracts/libraries/Black76.sol";
import {Essvi, Slice} from "../../contracts/libraries/Essvi.sol";
import {NormalCdf} from "../../contracts/libraries/NormalCdf.sol";
import {LaneSums, Nodes, RiskArray, StrikeTerms} from "../../contracts/libraries/RiskArray.sol";

/// @dev Gas of the option mathematics, without storage. Loops are included: each figure is an upper bound.
contract OptionMathGasTest is Test {
    uint256 private constant CALLS = 64;

    function test_normalCdf_costsLessThan700() public {
        int256 sink;
        uint256 start = gasleft();
        for (uint256 i; i < CALLS; ++i) {
            sink += int256(NormalCdf.cdf(int256(i * 0.28e18) - 9e18));
        }
        uint256 used = start - gasleft();
        start = gasleft();
        for (uint256 i; i < CALLS; ++i) {
            sink += int256(i * 0.28e18) - 9e18;
        }
        assertNotEq(sink, 0);
        _record("NormalCdf.cdf", (used - (start - gasleft())) / CALLS, 700);
    }

    function test_call_costsLessThan2000() public {
        uint256 sink;
        uint256 start = gasleft();
        for (uint256 i; i < CALLS; ++i) {
            sink += Black76.call(100e18, 90e18, 0.10536e18, i * 0.01e18);
        }
        assertNotEq(sink, 0);
        _record("Black76.call", (start - gasleft()) / CALLS, 2_000);
    }

    function test_totalVariance_costsLessThan1500() public {
        Slice memory slice = Slice(0.04e18, -0.3e18, 0.2e18);
        uint256 sink;
        uint256 start = gasleft();
        for (uint256 i; i < CALLS; ++i) {
            sink += Essvi.totalVariance(slice, int256(i * 0.01e18));
        }
        assertNotEq(sink, 0);
        _record("Essvi.totalVariance", (start - gasleft()) / CALLS, 1_500);
    }

    function test_nodesOf_costsLessThan20000() public {
        uint256 start = gasleft();
        Nodes memory nodes = RiskArray.nodesOf(0.12e18);
        uint256 gas = start - gasleft();
        assertNotEq(nodes.logs[16], 0);
        _record("RiskArray.nodesOf", gas, 20_000);
    }

    function test_compute_costsLessThan60000() public {
        Nodes memory nodes = RiskArray.nodesOf(0.12e18);
        StrikeTerms memory terms = StrikeTerms(100e18, 101e18, 90e18, 1e18, 0.11533e18, 0.2e18, 0.3e18, 0.15e18);
        uint256 start = gasleft();
        (uint256 low, ) = RiskArray.compute(terms, nodes);
        uint256 gas = start - gasleft();
        assertNotEq(low, 0);
        _record("RiskArray.compute", gas, 60_000);
    }

    function test_accumulate_costsLessThan1000() public {
        LaneSums memory sums;
        uint256 start = gasleft();
        for (uint256 i; i < CALLS; ++i) {
            RiskArray.accumulate(sums, i << 128, i << 64, i & 1 == 0 ? int256(i) : -int256(i));
        }
        _record("RiskArray.accumulate", (start - gasleft()) / CALLS, 1_000);
        start = gasleft();
        RiskArray.decode(sums);
        _record("RiskArray.decode", start - gasleft(), 8_000);
    }

    function _record(string memory name, uint256 gas, uint256 limit) private {
        emit log_named_uint(name, gas);
        assertLt(gas, limit);
    }
}
