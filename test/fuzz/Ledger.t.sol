// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Clearinghouse} from "../../contracts/core/Clearinghouse.sol";
import {IClearinghouse, Move, Reason} from "../../contracts/interfaces/IClearinghouse.sol";
import {AccountId, accountId, CUSTODY} from "../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf, spotOf} from "../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../contracts/types/Position.sol";
import {UnderlyingSet} from "../../contracts/types/UnderlyingSet.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {Deployed} from "../fixtures/Deployed.sol";

/// @dev The one primitive under random batches of moves, this contract being the only module.
contract LedgerTest is Deployed {
    uint256 private constant ACCOUNTS = 5;
    Clearinghouse private ledger;
    AccountId[] private accounts;
    /// @dev A second ledger: account, then 0 cash, 1..4 instruments.
    int256[5][ACCOUNTS] private shadow;

    function setUp() public override {
        super.setUp();
        ledger = Clearinghouse(deployCode("Clearinghouse", abi.encode(address(manager), tails)));
        ledger.scheduleEngine(engine);
        ledger.scheduleModule(address(this), true);
        accounts.push(CUSTODY);
        for (uint96 i = 1; i < ACCOUNTS; ++i) {
            accounts.push(accountId(address(uint160(i)), i));
        }
    }

    /// @dev INV-1..3 and the contents of every account after a batch.
    function testFuzz_moveAll_INV1_INV2_INV3_movesExactly(uint256[12] calldata seeds) public {
        Move[] memory moves = new Move[](seeds.length);
        for (uint256 i; i < seeds.length; ++i) {
            moves[i] = _move(seeds[i]);
        }
        ledger.moveAll(moves);
        for (uint256 j; j < 5; ++j) {
            int256 sum;
            for (uint256 i; i < ACCOUNTS; ++i) {
                assertEq(_held(i, j), shadow[i][j], "not what was moved");
                sum += _held(i, j);
            }
            assertEq(sum, 0, "INV-1, INV-2, INV-3: sum over all accounts");
        }
        _assertOpenInterest();
    }

    /// @dev INV-3. Nobody but CUSTODY gives more collateral than it has; then nothing at all moves.
    function testFuzz_moveAll_INV3_refusesWhatIsNotThere(uint64 held, uint64 more) public {
        Move[] memory moves = new Move[](2);
        moves[0] = _spot(CUSTODY, accounts[1], int128(uint128(held)));
        moves[1] = _spot(accounts[1], accounts[2], int128(uint128(held)) + int128(uint128(more)) + 1);
        vm.expectPartialRevert(IClearinghouse.NegativeCollateral.selector);
        ledger.moveAll(moves);
        assertEq(_held(1, 1), 0, "half a batch");
    }

    function _spot(AccountId from, AccountId to, int128 lots) private pure returns (Move memory) {
        Position[] memory legs = new Position[](1);
        legs[0] = position(spotOf(BTC), lots);
        return Move(from, to, Reason.Transfer, Usd.wrap(0), legs);
    }

    function _instrument(uint256 j) private pure returns (InstrumentId) {
        return [spotOf(BTC), spotOf(BTC), perpetualOf(BTC), spotOf(ETH), perpetualOf(ETH)][j];
    }

    function _held(uint256 i, uint256 j) private view returns (int256) {
        return j == 0 ? ledger.cashOf(accounts[i]).raw() : ledger.lotsOf(accounts[i], _instrument(j));
    }

    /// @dev Any cash, up to three legs, collateral within what is there; noted in the second ledger.
    function _move(uint256 seed) private returns (Move memory m) {
        uint256 from = seed % ACCOUNTS;
        uint256 to = (from + 1 + ((seed >> 8) % (ACCOUNTS - 1))) % ACCOUNTS;
        Position[] memory legs = new Position[]((seed >> 16) % 4);
        for (uint256 left = legs.length; left > 0; --left) {
            uint256 i = left - 1; // as the ledger does, the last leg first
            uint256 j = 1 + ((seed >> (24 + 8 * i)) % 4);
            int256 lots = int256((seed >> (64 + 40 * i)) % 4001) - 2000;
            if (j % 2 == 1) {
                if (from != 0 && lots > shadow[from][j]) lots = shadow[from][j];
                if (to != 0 && -lots > shadow[to][j]) lots = -shadow[to][j];
            }
            legs[i] = position(_instrument(j), int128(lots));
            shadow[from][j] -= lots;
            shadow[to][j] += lots;
        }
        int256 cash = int256((seed >> 200) % 1e12) - 5e11;
        shadow[from][0] -= cash;
        shadow[to][0] += cash;
        m = Move(accounts[from], accounts[to], Reason.Transfer, Usd.wrap(cash), legs);
    }

    function _assertOpenInterest() private view {
        for (uint256 u = BTC; u <= ETH; ++u) {
            int256 long;
            for (uint256 i; i < ACCOUNTS; ++i) {
                int256 lots = _held(i, 2 * u);
                if (lots > 0) long += lots;
            }
            uint256 shown = ledger.snapshot(UnderlyingSet.wrap(1 << u)).markets[0].openInterest;
            assertEq(shown, uint256(long), "INV-2: open interest");
        }
    }
}
