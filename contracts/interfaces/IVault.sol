// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";

/// @notice A debited withdrawal that the outflow limit has not let out yet.
/// @param ticket Payable once the asset's cumulative allowance has reached this. @param amount In token units.
struct Claim {
    uint8 asset;
    address receiver;
    uint104 ticket;
    uint128 amount;
}

/// @notice Outflow limit of an asset, in token units: a bucket of `capacity` that refills by `refill` per second.
struct Outflow {
    uint128 capacity;
    uint128 refill;
}

/// @title Vault
/// @notice Holds all tokens. Assets are numbered: 0 is the settlement token (USD), u the collateral of underlying u.
/// @dev INV-1, INV-3: for each asset, what accounts own together (minus what `CUSTODY` holds) <= tokens held here.
/// Assumes tokens that neither rebase nor take a fee on transfer; a deposit credits the balance's real increase.
interface IVault {
    event AssetListed(uint8 indexed asset, address indexed token);
    /// @notice The deposit cap goes from `from` to `target` in `rampSeconds`.
    event DepositCapSet(uint8 indexed asset, uint256 from, uint256 target, uint256 rampSeconds);
    event OutflowSet(uint8 indexed asset, Outflow outflow);
    /// @notice Tokens came in, through the gateway if that is `from`; `credited` in token units (collateral) or USD, 18 decimals (asset 0).
    event Deposited(
        AccountId indexed account,
        uint8 indexed asset,
        address indexed from,
        uint256 received,
        uint256 credited
    );
    /// @notice Tokens went out: `amount` was debited, `paid` of it sent, both in token units.
    event Withdrawn(
        AccountId indexed account,
        uint8 indexed asset,
        address indexed receiver,
        uint256 amount,
        uint256 paid
    );
    /// @notice `amount` was debited and waits for the outflow limit, at the latest until `latest`.
    event Queued(
        uint256 indexed claimId,
        AccountId indexed account,
        uint8 asset,
        address receiver,
        uint256 amount,
        uint256 latest
    );
    event Claimed(uint256 indexed claimId, uint256 paid);
    event ReleaseScheduled(AccountId indexed account, Usd amount, uint256 readyAt);
    /// @notice State of the common loss: D booked, memos not covered by compartments, ratio r (WAD) that withdrawals get.
    event Hole(Usd booked, Usd expected, uint256 ratio);

    error UnknownAsset(uint8 asset);
    error AssetTaken(uint8 asset, address token);
    /// @notice The token's decimals are not those the market was listed with (units per base unit, 1e-18 each).
    error DecimalsMismatch(uint8 asset, uint8 decimals, uint256 tokenUnit);
    /// @notice A deposit cap must keep quantities within what the engine can multiply.
    error DepositCapTooLarge(uint8 asset, uint256 cap, uint256 maximum);
    error ZeroAmount();
    /// @notice Strangers may top up existing accounts with USD only.
    error NotYourAccount(AccountId account, address caller);
    error DepositCapExceeded(uint8 asset, uint256 total, uint256 cap);
    error NotTighter(uint256 value, uint256 old);
    /// @notice A full bucket must refill within a day, and all that is held must be able to leave within ten.
    error OutflowTooTight(uint256 capacity, uint256 refill, uint256 held);
    /// @notice The claim waits until the allowance reaches its ticket; at the latest at `latest`.
    error ClaimNotReady(uint256 claimId, uint256 latest);
    error UnknownClaim(uint256 claimId);
    error NotReleasable(AccountId account);
    error NotReady(uint256 readyAt, uint256 now_);
    /// @notice Insurance, and claims at the hand of a stranger, leave only while no loss is open. `ratio` is r, WAD.
    error LossOpen(uint256 ratio);
    /// @notice A withdrawal would pay `ratio` per dollar, less than the caller's `minRatio`. Both WAD.
    error RatioTooLow(uint256 ratio, uint256 minRatio);

    /// @notice Takes `amount` of the asset's token from the caller and credits `account`.
    /// @dev USD is credited x/r while a booked loss is open and the account owes nothing, so that new money does not pay for
    /// old losses (spec H-3). Collateral needs the account's owner or operator; it may open a slot. Rounding R-14.
    /// @return credited Token units (collateral) or USD, 18 decimals (asset 0).
    function deposit(AccountId account, uint8 asset, uint256 amount) external returns (uint256 credited);

    /// @notice The same after an EIP-2612 permit; a permit that was used before is no obstacle if the allowance is there.
    function depositWithPermit(
        AccountId account,
        uint8 asset,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 credited);

    /// @notice Debits `amount` token units and sends them to `receiver`: USD times r, at once within the outflow limit, else
    /// as a claim with a latest date. An account without positions needs no oracle.
    /// @param minRatio Least r (WAD) that the caller accepts for USD; 0 takes whatever it is.
    /// @return paid Token units sent now. @return claimId 0 when paid at once.
    function withdraw(
        AccountId account,
        uint8 asset,
        uint256 amount,
        address receiver,
        uint256 minRatio
    ) external returns (uint256 paid, uint256 claimId);

    /// @notice Pays a queued withdrawal to its receiver, USD times the r of now. Anyone; at r < 1 the receiver alone, so that
    /// nobody else can choose the moment of a loss.
    function claim(uint256 claimId) external returns (uint256 paid);

    /// @notice r: what a withdrawal of one dollar pays, WAD, rounded down.
    function withdrawalRatio() external view returns (uint256);

    /// @notice D booked, and what of the flagged accounts' expected losses no compartment covers.
    function losses() external view returns (Usd booked, Usd expected);

    /// @notice Address of an asset's token; 0 when unlisted.
    function tokenOf(uint8 asset) external view returns (address);

    /// @notice Token units that accounts own together.
    function internalBalance(uint8 asset) external view returns (uint256);

    /// @notice Token units that can leave now without a queue.
    function available(uint8 asset) external view returns (uint256);

    /// @notice Most of the asset that the vault accepts now, in token units.
    function depositCap(uint8 asset) external view returns (uint256);

    function claims(uint256 claimId) external view returns (Claim memory);

    /// @notice Latest time at which `claimId` can be paid if nobody deposits.
    function latestPayment(uint256 claimId) external view returns (uint256);
}
