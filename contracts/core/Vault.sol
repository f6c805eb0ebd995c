// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {AccountId, compartment, CUSTODY, FEES, HOLE, QUEUE} from "../types/AccountId.sol";
import {spotOf} from "../types/InstrumentId.sol";
import {Position, position} from "../types/Position.sol";
import {NO_UNDERLYINGS} from "../types/UnderlyingSet.sol";
import {maxUsd, Usd, ZERO_USD} from "../types/Usd.sol";
import {Action, Fee, IClearinghouse, Move, Reason} from "../interfaces/IClearinghouse.sol";
import {Snapshot} from "../interfaces/IMarkets.sol";
import {Claim, IVault, Outflow} from "../interfaces/IVault.sol";
import {FixedPoint, WAD} from "../libraries/FixedPoint.sol";
import {Parameters} from "../libraries/Parameters.sol";

/// @title Vault
contract Vault is IVault, AccessManaged {
    using SafeCast for uint256;
    using SafeCast for int256;
    using SafeERC20 for IERC20;

    /// @dev One slot: 13 + 13 + 6 bytes. Withdrawals so far, and how many may have left; token units, cumulative.
    struct Bucket {
        uint104 debited;
        uint104 allowance;
        uint48 time;
    }

    /// @dev Two slots. The deposit cap grows from `from` to `target` over CAP_RAMP after `start`.
    struct Cap {
        uint128 from;
        uint128 target;
        uint48 start;
    }

    uint8 private constant USD_ASSET = 0;
    /// @dev |lots * unit| of a position and all cash together stay below these (`docs/rounding.md`).
    uint256 private constant MAX_QUANTITY = 2 ** 97;
    uint256 private constant MAX_USD = 2 ** 120;
    /// @dev New collateral starts at a tenth of its cap and reaches it in a week.
    uint256 private constant CAP_RAMP = 7 days;
    uint256 private constant CAP_START_DIVISOR = 10;
    /// @dev Outflow can be limited, but a full bucket must refill within this time: everyone can leave in it.
    uint256 private constant LONGEST_REFILL = 1 days;
    /// @dev At each change of the limit, all that is in the vault can leave within this: less than CORE_DELAY.
    uint256 private constant LONGEST_EXIT = 10 days;
    uint256 private constant SURPLUS_FADE = 1 days;

    IClearinghouse public immutable CLEARINGHOUSE;
    /// @dev USD (18 decimals) per unit of the settlement token.
    uint256 private immutable USD_UNIT;

    /// @inheritdoc IVault
    mapping(uint8 asset => address token) public override tokenOf;
    mapping(uint8 asset => Outflow outflow) public outflowOf;
    mapping(uint8 asset => Bucket bucket) private _buckets;
    mapping(uint8 asset => Cap cap) private _caps;
    mapping(uint256 claimId => Claim waiting) private _claims;
    /// @dev A governance withdrawal from a system account: amount and when its notice ends.
    mapping(AccountId account => Usd amount) public releaseAmount;
    mapping(AccountId account => uint256 readyAt) public releaseReadyAt;
    uint256 public claimCount;

    constructor(address authority, IClearinghouse clearinghouse, IERC20Metadata usd) AccessManaged(authority) {
        CLEARINGHOUSE = clearinghouse;
        tokenOf[USD_ASSET] = address(usd);
        USD_UNIT = 10 ** (18 - usd.decimals());
        emit AssetListed(USD_ASSET, address(usd));
    }

    /* DEPOSITS */

    /// @inheritdoc IVault
    function deposit(AccountId account, uint8 asset, uint256 amount) public returns (uint256 credited) {
        CLEARINGHOUSE.lockAs(msg.sender);
        credited = _deposit(account, asset, amount);
        CLEARINGHOUSE.unlock();
    }

    /// @inheritdoc IVault
    function depositWithPermit(
        AccountId account,
        uint8 asset,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 credited) {
        // A permit can be front-run; the transfer below fails by itself when the allowance is missing.
        // solhint-disable-next-line no-empty-blocks
        try IERC20Permit(_token(asset)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return deposit(account, asset, amount);
    }

    function _deposit(AccountId account, uint8 asset, uint256 amount) private returns (uint256 credited) {
        _requireDepositor(account, asset);
        uint256 received = _pull(asset, amount);
        _refill(asset, received);
        if (asset == USD_ASSET) {
            Usd credit = _creditUsd(account, received);
            credited = uint256(credit.raw());
        } else {
            _execute(Action.DepositCollateral, account, _single(CUSTODY, account, asset, received, Reason.Deposit));
            credited = received;
        }
        uint256 total = internalBalance(asset);
        if (total > depositCap(asset)) revert DepositCapExceeded(asset, total, depositCap(asset));
        emit Deposited(account, asset, msg.sender, received, credited);
    }

    /// @dev H-3: x/r of booked losses, rounded down; the excess over x is HOLE's, so r stays (INV-13).
    function _creditUsd(AccountId account, uint256 received) private returns (Usd credit) {
        Usd x = Usd.wrap((received * USD_UNIT).toInt256());
        (Usd booked, ) = losses();
        uint256 held = _heldUsd();
        Usd bonus = ZERO_USD;
        if (
            booked > ZERO_USD &&
            held != 0 &&
            !account.isSystem() &&
            CLEARINGHOUSE.assess(account).settledCash >= ZERO_USD
        ) {
            bonus = Usd.wrap(FixedPoint.mulDivDown(uint256(x.raw()), uint256(booked.raw()), held).toInt256());
        }
        Move[] memory moves = new Move[](bonus == ZERO_USD ? 1 : 2);
        moves[0] = Move(CUSTODY, account, Reason.Deposit, x, new Position[](0));
        if (bonus != ZERO_USD) moves[1] = Move(HOLE, account, Reason.Haircut, bonus, new Position[](0));
        CLEARINGHOUSE.moveAll(moves);
        return x + bonus;
    }

    /// @dev Owners and operators anything; strangers USD into accounts that exist; anybody USD into compartments and FEES.
    function _requireDepositor(AccountId account, uint8 asset) private view {
        if (CLEARINGHOUSE.mayAct(account, msg.sender)) return;
        (bool exists, , ) = CLEARINGHOUSE.status(account);
        bool fundsSystem = account.isCompartment() || account == FEES;
        bool allowed = account.isSystem() ? fundsSystem : exists;
        if (asset != USD_ASSET || !allowed) revert NotYourAccount(account, msg.sender);
    }

    /* WITHDRAWALS */

    /// @inheritdoc IVault
    function withdraw(
        AccountId account,
        uint8 asset,
        uint256 amount,
        address receiver,
        uint256 minRatio
    ) external returns (uint256 paid, uint256 claimId) {
        if (!CLEARINGHOUSE.mayAct(account, msg.sender)) revert NotYourAccount(account, msg.sender);
        if (amount == 0) revert ZeroAmount();
        _token(asset);
        if (asset == USD_ASSET) _requireRatio(minRatio);
        CLEARINGHOUSE.lock();
        uint104 ticket = _debit(asset, amount);
        Action action = asset == USD_ASSET ? Action.WithdrawCash : Action.WithdrawCollateral;
        Move[] memory moves;
        if (ticket <= _buckets[asset].allowance) {
            (moves, paid) = _payment(account, asset, amount, Reason.Withdrawal);
            _execute(action, account, moves);
            emit Withdrawn(account, asset, receiver, amount, paid);
            IERC20(tokenOf[asset]).safeTransfer(receiver, paid);
        } else {
            moves = _single(account, QUEUE, asset, amount, Reason.Queued);
            _execute(action, account, moves);
            claimId = ++claimCount;
            _claims[claimId] = Claim(asset, receiver, ticket, amount.toUint128());
            emit Queued(claimId, account, asset, receiver, amount, latestPayment(claimId));
        }
        CLEARINGHOUSE.unlock();
    }

    /// @inheritdoc IVault
    function claim(uint256 claimId) external returns (uint256 paid) {
        Claim memory c = _claims[claimId];
        if (c.amount == 0) revert UnknownClaim(claimId);
        CLEARINGHOUSE.lock();
        _refill(c.asset, 0);
        if (c.ticket > _buckets[c.asset].allowance) revert ClaimNotReady(claimId, latestPayment(claimId));
        delete _claims[claimId];
        Move[] memory moves;
        (moves, paid) = _payment(QUEUE, c.asset, c.amount, Reason.Released);
        if (msg.sender != c.receiver && paid < c.amount) revert LossOpen(withdrawalRatio());
        CLEARINGHOUSE.moveAll(moves);
        emit Claimed(claimId, paid);
        IERC20(tokenOf[c.asset]).safeTransfer(c.receiver, paid);
        CLEARINGHOUSE.unlock();
    }

    function _requireRatio(uint256 minRatio) private view {
        uint256 ratio = withdrawalRatio();
        if (ratio < minRatio) revert RatioTooLow(ratio, minRatio);
    }

    /// @dev What pays `amount` out of `from`: the paid part to CUSTODY, the loss of a USD withdrawal at r < 1 to HOLE.
    function _payment(
        AccountId from,
        uint8 asset,
        uint256 amount,
        Reason reason
    ) private returns (Move[] memory moves, uint256 paid) {
        if (asset != USD_ASSET) return (_single(from, CUSTODY, asset, amount, reason), amount);
        // R-15: whole token units, down; what is not paid improves HOLE.
        uint256 ratio = withdrawalRatio();
        paid = FixedPoint.mulDivDown(amount, ratio, WAD);
        if (paid == amount) return (_single(from, CUSTODY, asset, amount, reason), amount);
        moves = new Move[](2);
        moves[0] = Move(from, CUSTODY, reason, _usd(paid), new Position[](0));
        moves[1] = Move(from, HOLE, Reason.Haircut, _usd(amount - paid), new Position[](0));
        (Usd booked, Usd expected) = losses();
        emit Hole(booked, expected, ratio);
    }

    function _single(
        AccountId from,
        AccountId to,
        uint8 asset,
        uint256 amount,
        Reason reason
    ) private view returns (Move[] memory moves) {
        moves = new Move[](1);
        moves[0] =
            asset == USD_ASSET
                ? Move(from, to, reason, _usd(amount), new Position[](0))
                : Move(from, to, reason, ZERO_USD, _legs(asset, amount));
    }

    /// @dev Executes with the exit check of `account`.
    function _execute(Action action, AccountId account, Move[] memory moves) private {
        AccountId[] memory checked = new AccountId[](1);
        checked[0] = account;
        Snapshot memory none;
        CLEARINGHOUSE.execute(action, moves, new Fee[](0), checked, none);
    }

    /* VIEWS */

    /// @inheritdoc IVault
    function withdrawalRatio() public view returns (uint256) {
        uint256 held = _heldUsd();
        (Usd booked, Usd expected) = losses();
        Usd open = booked + expected;
        if (open == ZERO_USD) return WAD;
        return FixedPoint.mulDivDown(held, WAD, held + uint256(open.raw()));
    }

    /// @inheritdoc IVault
    function losses() public view returns (Usd booked, Usd expected) {
        Usd hole = CLEARINGHOUSE.cashOf(HOLE);
        booked = maxUsd(-hole, ZERO_USD);
        // A surplus is what leavers already paid towards losses that are expected.
        Usd memos = CLEARINGHOUSE.totalMemos() - maxUsd(hole, ZERO_USD);
        if (memos <= ZERO_USD) return (booked, ZERO_USD);
        // At most 256 compartments; only while an insolvent account is flagged.
        uint256 count = CLEARINGHOUSE.markets().count();
        for (uint256 u; u <= count && memos > ZERO_USD; ++u) {
            memos = memos - maxUsd(CLEARINGHOUSE.cashOf(compartment(uint8(u))), ZERO_USD);
        }
        expected = maxUsd(memos, ZERO_USD);
    }

    /// @inheritdoc IVault
    function internalBalance(uint8 asset) public view returns (uint256) {
        if (asset == USD_ASSET) return _heldUsd() / USD_UNIT;
        return uint256(-CLEARINGHOUSE.lotsOf(CUSTODY, spotOf(asset)));
    }

    /// @inheritdoc IVault
    function available(uint8 asset) external view returns (uint256) {
        Bucket memory b = _refilled(asset, 0);
        return b.allowance > b.debited ? b.allowance - b.debited : 0;
    }

    /// @inheritdoc IVault
    function depositCap(uint8 asset) public view returns (uint256) {
        Cap memory cap = _caps[asset];
        uint256 age = block.timestamp - cap.start;
        if (age >= CAP_RAMP) return cap.target;
        return cap.from + ((uint256(cap.target) - cap.from) * age) / CAP_RAMP; // down: the stricter cap
    }

    /// @inheritdoc IVault
    function claims(uint256 claimId) external view returns (Claim memory) {
        return _claims[claimId];
    }

    /// @inheritdoc IVault
    function latestPayment(uint256 claimId) public view returns (uint256) {
        Claim memory c = _claims[claimId];
        if (c.amount == 0) revert UnknownClaim(claimId);
        Bucket memory b = _refilled(c.asset, 0);
        if (c.ticket <= b.allowance) return block.timestamp;
        uint256 refill = outflowOf[c.asset].refill;
        return block.timestamp + (uint256(c.ticket) - b.allowance + refill - 1) / refill; // up: a promise
    }

    /* GOVERNANCE */

    /// @notice Lists the collateral token of underlying `asset`. Its deposit cap starts at a tenth of `cap`.
    function listAsset(uint8 asset, address token, uint128 cap, Outflow calldata outflow) external restricted {
        if (asset == USD_ASSET || tokenOf[asset] != address(0)) revert AssetTaken(asset, tokenOf[asset]);
        uint8 decimals = IERC20Metadata(token).decimals();
        if (decimals > 18 || _tokenUnit(asset) != 10 ** (18 - decimals)) {
            revert DecimalsMismatch(asset, decimals, _tokenUnit(asset));
        }
        tokenOf[asset] = token;
        emit AssetListed(asset, token);
        _setOutflow(asset, outflow);
        _setCap(asset, cap / uint128(CAP_START_DIVISOR), cap);
    }

    /// @notice Raises the cap over a week, or lowers it at once.
    function setDepositCap(uint8 asset, uint128 cap) external restricted {
        _token(asset);
        uint128 now_ = depositCap(asset).toUint128();
        // The settlement token's first cap holds at once: it needs no market to prove its price.
        bool isFirstUsdCap = asset == USD_ASSET && _caps[asset].start == 0;
        _setCap(asset, cap < now_ || isFirstUsdCap ? cap : now_, cap);
    }

    /// @notice Guardian: lowers a deposit cap at once.
    function tightenDepositCap(uint8 asset, uint128 cap) external restricted {
        if (cap >= depositCap(asset)) revert NotTighter(cap, depositCap(asset));
        _setCap(asset, cap, cap);
    }

    function setOutflow(uint8 asset, Outflow calldata outflow) external restricted {
        _token(asset);
        _setOutflow(asset, outflow);
    }

    /// @notice Announces that `amount` leaves a compartment (after RELEASE_NOTICE) or the fee account (at once).
    function scheduleRelease(AccountId account, Usd amount) external restricted {
        if (!account.isCompartment() && account != FEES) revert NotReleasable(account);
        if (amount <= ZERO_USD) revert ZeroAmount();
        uint256 notice = account == FEES ? 0 : Parameters.RELEASE_NOTICE;
        releaseAmount[account] = amount;
        releaseReadyAt[account] = block.timestamp + notice;
        emit ReleaseScheduled(account, amount, block.timestamp + notice);
    }

    /// @notice Moves the announced amount to `to`, whose owner withdraws it like everyone. Only while r = 1.
    function release(AccountId account, AccountId to) external restricted {
        uint256 readyAt = releaseReadyAt[account];
        if (readyAt == 0) revert NotReleasable(account);
        if (block.timestamp < readyAt) revert NotReady(readyAt, block.timestamp);
        if (withdrawalRatio() != WAD) revert LossOpen(withdrawalRatio());
        Usd amount = releaseAmount[account];
        releaseAmount[account] = ZERO_USD;
        delete releaseReadyAt[account];
        Move[] memory moves = new Move[](1);
        moves[0] = Move(account, to, Reason.Released, amount, new Position[](0));
        CLEARINGHOUSE.lock();
        _execute(Action.WithdrawCash, account, moves);
        CLEARINGHOUSE.unlock();
    }

    /* INTERNAL */

    function _token(uint8 asset) private view returns (address token) {
        token = tokenOf[asset];
        if (token == address(0)) revert UnknownAsset(asset);
    }

    /// @dev The real increase of the balance, so that a token that sends less cannot be credited in full.
    function _pull(uint8 asset, uint256 amount) private returns (uint256 received) {
        IERC20 token = IERC20(_token(asset));
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        received = token.balanceOf(address(this)) - before;
        if (received == 0) revert ZeroAmount();
    }

    function _tokenUnit(uint8 asset) private view returns (uint256) {
        return CLEARINGHOUSE.markets().snapshot(NO_UNDERLYINGS.with(asset)).markets[0].tokenUnit;
    }

    function _legs(uint8 asset, uint256 amount) private pure returns (Position[] memory legs) {
        legs = new Position[](1);
        legs[0] = position(spotOf(asset), amount.toInt256().toInt128());
    }

    function _usd(uint256 amount) private view returns (Usd) {
        return Usd.wrap((amount * USD_UNIT).toInt256());
    }

    function _heldUsd() private view returns (uint256) {
        return uint256(-CLEARINGHOUSE.cashOf(CUSTODY).raw());
    }

    /// @dev The bucket as of now. Time fills it up to `capacity`; deposits fill it above, so that money which comes and
    /// goes takes nothing from the others, and that surplus fades within about a day.
    function _refilled(uint8 asset, uint256 inflow) private view returns (Bucket memory b) {
        b = _buckets[asset];
        Outflow memory o = outflowOf[asset];
        uint256 elapsed = block.timestamp - b.time;
        uint256 full = uint256(b.debited) + o.capacity;
        uint256 allowance = b.allowance;
        if (allowance > full) {
            uint256 left = elapsed < SURPLUS_FADE ? SURPLUS_FADE - elapsed : 0;
            allowance = full + ((allowance - full) * left) / SURPLUS_FADE; // down: less may leave
        } else {
            allowance = FixedPointMathLib.min(allowance + elapsed * o.refill, full);
        }
        b.allowance = (allowance + inflow).toUint104();
        b.time = uint48(block.timestamp);
    }

    function _refill(uint8 asset, uint256 inflow) private {
        _buckets[asset] = _refilled(asset, inflow);
    }

    function _debit(uint8 asset, uint256 amount) private returns (uint104 ticket) {
        Bucket memory b = _refilled(asset, 0);
        ticket = (uint256(b.debited) + amount).toUint104();
        b.debited = ticket;
        _buckets[asset] = b;
    }

    function _setOutflow(uint8 asset, Outflow calldata outflow) private {
        bool isTight = outflow.capacity == 0 || outflow.refill * LONGEST_REFILL < outflow.capacity;
        if (isTight || outflow.refill * LONGEST_EXIT < internalBalance(asset)) {
            revert OutflowTooTight(outflow.capacity, outflow.refill, internalBalance(asset));
        }
        _refill(asset, 0);
        outflowOf[asset] = outflow;
        // A smaller capacity holds at once: what deposits filled above it goes.
        Bucket storage bucket = _buckets[asset];
        uint256 full = uint256(bucket.debited) + outflow.capacity;
        if (bucket.allowance > full) bucket.allowance = full.toUint104();
        emit OutflowSet(asset, outflow);
    }

    /// @dev Caps bound what one account can hold: collateral below 2^97 units of 1e-18, cash far within int128.
    function _setCap(uint8 asset, uint128 from, uint128 target) private {
        uint256 maximum = asset == USD_ASSET ? MAX_USD / USD_UNIT : (MAX_QUANTITY - 1) / _tokenUnit(asset);
        if (target > maximum) revert DepositCapTooLarge(asset, target, maximum);
        _caps[asset] = Cap(from, target, uint48(block.timestamp));
        emit DepositCapSet(asset, from, target, CAP_RAMP);
    }
}
