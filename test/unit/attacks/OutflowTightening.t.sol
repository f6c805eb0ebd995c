// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Outflow} from "../../../contracts/interfaces/IVault.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev A smaller capacity is set when something is wrong: it holds in the same block.
contract OutflowTighteningTest is Scenes {
    function testFuzz_setOutflow_cutsWhatIsAvailableAtOnce(uint128 capacity) public {
        skip(1 days);
        capacity = uint128(bound(capacity, 1, 1e12));
        vault.setOutflow(USD, Outflow(capacity, 1e8));
        assertLe(vault.available(USD), capacity, "an old surplus is still open");
    }
}
