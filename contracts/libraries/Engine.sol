// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, IMarginEngine, Portfolio} from "../interfaces/IMarginEngine.sol";
import {Snapshot} from "../interfaces/IMarkets.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";
import {Usd} from "../types/Usd.sol";
import {Parameters} from "./Parameters.sol";

/// @notice The margin engine as whoever holds accounts calls it.
library Engine {
    /// @notice `engine.assess`; a portfolio without positions is worth its cash: no engine, no oracle.
    function measure(
        IMarginEngine engine,
        Portfolio memory p,
        Snapshot memory market,
        UnderlyingSet scaled
    ) internal view returns (Assessment memory a) {
        if (p.positions.length != 0) return engine.assess(p, market, scaled);
        a.equity = p.cash;
        a.settledCash = p.cash;
        a.debtLimit = Usd.wrap(Parameters.DEBT_FLOOR);
    }
}
