// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId, HOLE} from "../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../contracts/types/InstrumentId.sol";
import {Deployed} from "../fixtures/Deployed.sol";

/// @dev INV-13, directed: r against withdrawals in a row, with expected and with booked losses.
contract RatioTest is Deployed {
    /// @dev Paid out in whole micro-dollars, while at least 1,000,000 USD stay: 1e-6 / 1e6 in r, and r's own rounding.
    uint256 private constant TOLERANCE = 1e6 + 2;

    AccountId private alice;
    AccountId private bob;
    AccountId private debtor;

    function setUp() public override {
        super.setUp();
        alice = fund(owner("alice"), 0, 1_000_000);
        bob = fund(owner("bob"), 0, 1_000_000);
        debtor = fund(owner("debtor"), 0, 1_000);
        trade(debtor, alice, perpetualOf(BTC), 5_000, BTC_SPOT);
        skip(60);
        btcSource.set(20_000e18); // debtor: 1,000 - 10 - 10,000
    }

    /// @dev Who leaves second must not pay for the loss a second time.
    function testFuzz_withdraw_INV13_keepsRatioUnderMemo(uint256 amount) public {
        auction.flag(debtor);
        amount = bound(amount, 1_000e6, 1_000_000e6);
        uint256 ratio = vault.withdrawalRatio();
        assertLt(ratio, 1e18, "the expected loss counts");
        vm.prank(bob.owner());
        vault.withdraw(bob, USD, amount, bob.owner(), 0);
        assertApproxEqAbs(vault.withdrawalRatio(), ratio, TOLERANCE, "INV-13: r moved by a withdrawal");
    }

    function testFuzz_withdraw_INV13_keepsRatioUnderBookedLoss(uint256 amount) public {
        trade(alice, debtor, perpetualOf(BTC), 5_000, 20_000e18);
        auction.absorb(debtor);
        amount = bound(amount, 1_000e6, 1_000_000e6);
        uint256 ratio = vault.withdrawalRatio();
        assertLt(ratio, 1e18, "a loss is booked");
        vm.prank(bob.owner());
        vault.withdraw(bob, USD, amount, bob.owner(), 0);
        assertApproxEqAbs(vault.withdrawalRatio(), ratio, TOLERANCE, "INV-13: r moved by a withdrawal");
    }

    /// @dev A loss that was expected, paid for by leavers, and then does not happen leaves a surplus, never a gain.
    function test_unflag_INV13_surplusStays() public {
        auction.flag(debtor);
        vm.prank(bob.owner());
        vault.withdraw(bob, USD, 500_000e6, bob.owner(), 0);
        assertGt(clearinghouse.cashOf(HOLE).raw(), 0, "the leaver's haircut");
        skip(60);
        btcSource.set(BTC_SPOT);
        skip(60);
        btcSource.set(BTC_SPOT);
        auction.unflag(debtor);
        assertEq(vault.withdrawalRatio(), 1e18, "r <= 1");
    }
}
