// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Campaign} from "./Campaign.sol";

/// @dev One long life of the world, in which every action must be reached.
contract WalkInvariants is Campaign {
    function setUp() public override {
        _start({trades: 4, gaps: 4, failures: 3});
    }

    /// forge-config: default.invariant.runs = 1
    /// forge-config: default.invariant.depth = 1500
    function invariant_INV13_nobodyGetsMoreThanADollar() public view {
        assertLe(vault.withdrawalRatio(), 1e18, "INV-13: r above 1");
    }

    function afterInvariant() public view override {
        super.afterInvariant();
        string memory missing;
        for (uint256 i; i < actionNames.length; ++i) {
            if (calls[actionNames[i]] == 0) missing = _list(missing, actionNames[i]);
        }
        bytes32[5] memory branches = [
            bytes32("liquidateWithCallback"),
            "callbackTrade",
            "liquidateInsolvent",
            "degrade",
            "die"
        ];
        for (uint256 i; i < branches.length; ++i) {
            if (calls[branches[i]] == 0) missing = _list(missing, branches[i]);
        }
        assertEq(missing, "", "actions never reached");
    }

    function _list(string memory names, bytes32 name) private pure returns (string memory) {
        uint256 length;
        while (length < 32 && name[length] != 0) ++length;
        bytes memory text = new bytes(length);
        for (uint256 i; i < length; ++i) {
            text[i] = name[i];
        }
        return string.concat(names, " ", string(text));
    }
}
