// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {perpetualOf} from "../../contracts/types/InstrumentId.sol";
import {Campaign} from "./Campaign.sol";

/// @notice A campaign that fails when something was never reached, and goes there.
abstract contract Steered is Campaign {
    /// @param count What must not stay 0. @param action That counts it. @param before What mostly has to come first; 0: nothing.
    struct Aim {
        bytes32 count;
        bytes32 action;
        bytes32 before;
    }

    Aim[] private _aims;
    uint256 private _spacing;
    /// @dev All choices come from it; 0 before the first step.
    uint256 private _walk;

    /// @dev One action in `spacing` goes towards something that is missing.
    function _steer(uint256 spacing) internal {
        _spacing = spacing;
    }

    /**
     * @dev One walk, the same on every machine, or one of `PLIMSOLL_WALKS` by the first seed. The fuzzer's own seeds are other ones
     * each time, whatever it starts from: it takes some from what it saw in storage, in no order.
     */
    function _walkOf(uint256 seed) internal override returns (uint256) {
        if (_walk == 0) _walk = 1 + (seed % vm.envOr("PLIMSOLL_WALKS", uint256(1)));
        return _walk;
    }

    function _aim(bytes32 count, bytes32 action, bytes32 before) internal {
        _aims.push(Aim(count, action, before));
    }

    /// @dev Takeovers of the solvent and of the insolvent, conversions, and what is left of an account.
    function _aimAtTakeovers() internal {
        _aim("liquidateSolvent", "liquidate", "toBoundary");
        _aim("liquidateInsolvent", "liquidate", "toBoundary");
        _aim("convert", "convert", "toDebt");
        _aim("absorb", "absorb", 0);
        _aim("turned", "toBoundary", 0);
    }

    function _choose(uint256 seed) internal view override returns (uint256) {
        uint256 start = _pick(seed, "missing", 0, _aims.length - 1);
        for (uint256 i; seed % _spacing == 0 && i < _aims.length; ++i) {
            Aim memory aim = _aims[(start + i) % _aims.length];
            if (calls[aim.count] == 0) return _indexOf(_towards(seed, aim));
        }
        return super._choose(seed);
    }

    /// @dev Half of the time the action itself.
    function _towards(uint256 seed, Aim memory aim) private view returns (bytes32) {
        if (aim.action == "settle") return _towardsSettlement(seed);
        bytes32 next = aim.before != 0 && _pick(seed, "before", 0, 1) == 0 ? aim.before : aim.action;
        bool needsHolder = next == "toBoundary" || next == "toDebt";
        return needsHolder && !_isAnyHolder() ? bytes32("openAtMark") : next;
    }

    function _isAnyHolder() private view returns (bool isAny) {
        for (uint256 i; i < BORROWERS; ++i) {
            isAny = isAny || _lots(all[i], perpetualOf(BTC)) != 0 || _lots(all[i], perpetualOf(ETH)) != 0;
        }
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

    function afterInvariant() public view override {
        super.afterInvariant();
        string memory missing;
        for (uint256 i; i < _aims.length; ++i) {
            if (calls[_aims[i].count] == 0) missing = _list(missing, _aims[i].count);
        }
        assertEq(missing, "", "never reached");
    }

    function _list(string memory names, bytes32 name) internal pure returns (string memory) {
        uint256 length;
        while (length < 32 && name[length] != 0) ++length;
        bytes memory text = new bytes(length);
        for (uint256 i; i < length; ++i) {
            text[i] = name[i];
        }
        return string.concat(names, " ", string(text));
    }
}
