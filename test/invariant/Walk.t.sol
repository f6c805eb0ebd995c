// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Campaign} from "./Campaign.sol";

/// @dev One long life of the world, in which every action must be reached.
contract WalkInvariants is Campaign {
    /// @dev A case that only some calls of an action are.
    struct Branch {
        bytes32 name;
        bytes32 action;
    }

    Branch[] private _branches;

    function setUp() public override {
        _start({trades: 4, gaps: 4, failures: 3});
        _branches.push(Branch("liquidateWithCallback", "liquidate"));
        _branches.push(Branch("callbackTrade", "liquidate"));
        _branches.push(Branch("liquidateInsolvent", "liquidate"));
        _branches.push(Branch("degrade", "fail"));
        _branches.push(Branch("die", "fail"));
    }

    /// forge-config: default.invariant.runs = 1
    /// forge-config: default.invariant.depth = 1500
    function invariant_INV13_nobodyGetsMoreThanADollar() public view {
        assertLe(vault.withdrawalRatio(), 1e18, "INV-13: r above 1");
    }

    /// @dev Every fourth action is one that is still missing, so that whether all are reached does not hang on the seeds.
    function _choose(uint256 seed) internal view override returns (uint256) {
        if (seed % 4 != 0) return super._choose(seed);
        uint256 start = _pick(seed, "missing", 0, actionNames.length - 1);
        for (uint256 i; i < actionNames.length; ++i) {
            uint256 action = (start + i) % actionNames.length;
            if (actionNames[action] == "settle" && calls["settle"] == 0) return _indexOf(_towardsSettlement(seed));
            if (_isMissing(actionNames[action])) return action;
        }
        return super._choose(seed);
    }

    /// @dev The next step of a position that some account holds until it is settled.
    function _towardsSettlement(uint256 seed) private view returns (bytes32) {
        for (uint256 i; i < dated.length; ++i) {
            (uint8 u, uint40 end) = (uint8(dated[i].underlying()), dated[i].expiry());
            bool isHeld;
            for (uint256 j; j < all.length; ++j) isHeld = isHeld || _lots(all[j], dated[i]) != 0;
            if (!isHeld) continue;
            if (end > block.timestamp) return "toExpiry";
            if (!healthyFeed[u]) return "recover";
            (, uint256 doneUntil) = settlement.progress(u, end);
            return doneUntil == end ? bytes32("settle") : bytes32("average");
        }
        return seed % 8 == 0 ? bytes32("postSurface") : bytes32("openFuture");
    }

    function _indexOf(bytes32 name) private view returns (uint256 i) {
        while (actionNames[i] != name) ++i;
    }

    function _isMissing(bytes32 action) private view returns (bool) {
        if (calls[action] == 0) return true;
        for (uint256 i; i < _branches.length; ++i) {
            if (_branches[i].action == action && calls[_branches[i].name] == 0) return true;
        }
        return false;
    }

    function afterInvariant() public view override {
        super.afterInvariant();
        string memory missing;
        for (uint256 i; i < actionNames.length; ++i) {
            if (calls[actionNames[i]] == 0) missing = _list(missing, actionNames[i]);
        }
        for (uint256 i; i < _branches.length; ++i) {
            if (calls[_branches[i].name] == 0) missing = _list(missing, _branches[i].name);
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
