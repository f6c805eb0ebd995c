// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {RiskTerms} from "../../../contracts/interfaces/IMarkets.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {TailBooks} from "../../fixtures/TailBooks.sol";

/// @dev A colluding quorum says that nothing offsets anything.
contract DrainedOffsetTest is TailBooks {
    AccountId private account;
    AccountId private rich;

    /// @dev Long straddles of one underlying, short ones of the other that lose as much; the offset at its hard cap of 60 %.
    function setUp() public override {
        super.setUp();
        account = fund(owner("hedged"), 0, 300_000);
        rich = fund(owner("rich"), 0, 10_000_000);
        for (uint24 offset = 550_000; offset <= 600_000; offset += 50_000) {
            skip(1 days);
            RiskTerms memory terms = defaultTerms();
            terms.offset = offset;
            series.setRiskTerms(BTC, terms);
            series.setRiskTerms(ETH, terms);
        }
        postSurfaces();
        trade(account, rich, call(BTC, 2, 40_000), 100_000, 920e18);
        trade(account, rich, put(BTC, 2, 40_000), 100_000, 920e18);
        trade(rich, account, call(ETH, 2, 3_000), 100_000, 86e18);
        trade(rich, account, put(ETH, 2, 3_000), 100_000, 86e18);
        changeMode(account, Mode.Portfolio);
    }

    /// @dev At most 1 % with each hour's message, in both margins, in Portfolio mode and the tail modes; 150 hours to the end.
    function test_offset_drainsByOnePercentAnHour() public {
        int256 first = maintenanceOf(account);
        uint256 count;
        while (tails.offset(BTC) != 0) {
            skip(1 hours);
            postSurfaces();
            Assessment memory b = assess(account);
            postHistory(BTC, evenCaps(FULL), 0);
            postHistory(ETH, evenCaps(FULL), 0);
            Assessment memory a = assess(account);
            assertLe(a.maintenance.raw() * 100, b.maintenance.raw() * 101, "MM: more than 1 %");
            assertLe(a.initial.raw() * 100, b.initial.raw() * 101, "IM: more than 1 %");
            ++count;
        }
        assertEq(count, 150);
        int256 last = maintenanceOf(account);
        assertTrue(last * 10 > first * 22 && last * 10 < first * 25, "1 / (1 - 0.6) at most");
        assertEq(maintenanceOf(account), assessAs(account, Mode.Cross).maintenance.raw(), "as Cross");
    }

    /// @dev Messages as often as one likes are no faster: an hour of them is at most an hour's step.
    function testFuzz_offset_drainsNoFasterByManyMessages(uint256 interval) public {
        postHistory(BTC, leastCaps(), 600_000);
        interval = bound(interval, 1 minutes, 30 minutes);
        uint256 end = block.timestamp + 1 hours;
        while (block.timestamp + interval <= end) {
            skip(interval);
            postHistory(BTC, leastCaps(), 0);
        }
        assertGe(tails.offset(BTC), 596_000);
        assertLt(tails.offset(BTC), 600_000);
    }
}
