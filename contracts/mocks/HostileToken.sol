// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Scripted} from "./Scripted.sol";

/// @notice A token that plays its script inside every transfer, and may keep a part of it.
contract HostileToken is ERC20, Scripted {
    /// @notice What the receiver of a transfer does not get.
    uint256 public kept;

    constructor() ERC20("Hostile", "HOST") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function keep(uint256 amount) external {
        kept = amount;
    }

    /// @dev After the balances changed: the vault's own accounting has not.
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from == address(0) || to == address(0)) return;
        if (kept != 0) super._update(to, address(this), kept);
        _play();
    }
}
