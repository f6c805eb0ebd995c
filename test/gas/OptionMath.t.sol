// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {NormalCdf} from "../../contracts/libraries/NormalCdf.sol";

/// @dev Gas of the option mathematics, each as the mean of a loop less the same loop without the call.
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
        uint256 gas = (used - (start - gasleft())) / CALLS;
        assertNotEq(sink, 0);
        emit log_named_uint("NormalCdf.cdf", gas);
        vm.snapshotValue("NormalCdf.cdf", gas);
        assertLt(gas, 700);
    }
}
