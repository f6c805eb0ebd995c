/** The part of the contracts' interfaces that the keeper uses; a test compares every line with the compiler's output. */
import { parseAbi } from 'viem'

const structs = [
  'struct Market { uint256 spot; uint256 low; uint256 high; uint256 ema; uint256 perpetualMark; int256 fundingIndex; uint256 tokenUnit; uint256 lotUnit; uint256 scanRange; uint256 linearRelief; uint256 haircut; uint256 slotCharge; uint256 stressGap; uint256 deficitLimit; uint256 openInterest; uint256 openInterestCap; uint8 status; bool reduceOnly; }',
  'struct Snapshot { uint256 set; Market[] markets; }',
  'struct Portfolio { uint8 mode; int256 cash; uint256[] positions; }',
  'struct Assessment { int256 equity; int256 settledCash; int256 maintenance; int256 initial; int256 goodEnd; int256 gross; int256 debtLimit; }',
  'struct LiquidationState { bool liquidatable; bool convertible; bool flagged; uint256 elapsed; uint256 discount; uint256 reward; uint256 minFraction; uint256 maxFraction; Assessment assessment; }',
  'struct Bid { bytes32 account; bytes32 keeper; uint256 fraction; int256 minReward; bytes data; }',
] as const

/** Every error that a call of the keeper can end in. */
export const errorsAbi = parseAbi([
  'error Healthy(bytes32 account, int256 equity, int256 maintenance, int256 goodEnd)',
  'error StillUnhealthy(bytes32 account, int256 equity, int256 maintenance)',
  'error NotFlagged(bytes32 account)',
  'error NotYourKeeper(bytes32 keeper, address caller)',
  'error FractionTooSmall(uint256 fraction, uint256 minimum)',
  'error SliceTooSmall(int256 removed, int256 least)',
  'error SliceWorthless(int256 value)',
  'error RewardTooSmall(int256 reward, int256 minReward)',
  'error KeeperUndermargined(bytes32 keeper, int256 equity, int256 required)',
  'error NotConvertible(bytes32 account, int256 settledCash, int256 debtLimit, int256 equity, int256 maintenance)',
  'error NotAbsorbable(bytes32 account, uint256 positions, int256 cash)',
  'error InsufficientMargin(bytes32 account, int256 equity, int256 initial, int256 maintenance)',
  'error SettledCashTooLow(bytes32 account, int256 settledCash, int256 floor)',
  'error AccountReduceOnly(bytes32 account, int256 equity, int256 initial)',
  'error IsolatedAccount(bytes32 account, uint256 underlyings)',
  'error TooManyPositions(bytes32 account, uint256 limit)',
  'error NegativeCollateral(bytes32 account, uint128 instrument, int256 lots)',
  'error LotsOutOfRange(bytes32 account, uint128 instrument, int256 lots, int256 limit)',
  'error SystemAccount(bytes32 account)',
  'error NotHeld(bytes32 account, uint128 instrument, int256 held, int256 lots)',
  'error SameAccount(bytes32 account)',
  'error DifferentOwners(bytes32 from, bytes32 to)',
  'error NotAuthorized(bytes32 account, address caller)',
  'error NotModule(address caller)',
  'error Locked(uint256 phase, address caller)',
  'error UnknownUnderlying(uint256 underlying)',
  'error MissingMarket(uint256 underlying)',
  'error UnsupportedInstrument(uint128 instrument)',
  'error TooLittleGas(uint256 available, uint256 needed)',
])

export const eventsAbi = parseAbi([
  'event Moved(bytes32 indexed from, bytes32 indexed to, uint8 indexed reason, int256 cash, uint256[] legs)',
  'event ModeSet(bytes32 indexed account, uint8 mode)',
  'event MemoSet(bytes32 indexed account, int256 memo, int256 total)',
  'event Flagged(bytes32 indexed account, uint256 elapsed, int256 equity, int256 maintenance)',
  'event Unflagged(bytes32 indexed account, uint256 elapsed)',
  'event Absorbed(bytes32 indexed account, int256 debt)',
  'event Sliced(bytes32 indexed account, bytes32 indexed keeper, uint256 fraction, int256 value, int256 payment, int256 topUp, int256 maintenanceRemoved)',
  'event Converted(bytes32 indexed account, bytes32 indexed keeper, uint256 fraction, int256 value, int256 payment)',
  'event Listed(uint8 indexed underlying, bytes32 symbol, address source, uint256 tokenUnit, uint256 lotUnit)',
  'event Observed(uint8 indexed underlying, uint256 spot, uint256 ema)',
])

export const clearinghouseAbi = parseAbi([
  ...structs,
  'function portfolio(bytes32 account) view returns (Portfolio)',
  'function status(bytes32 account) view returns (bool exists, bool flagged, bool reduceOnly)',
  'function isAuthorized(bytes32 account, address caller) view returns (bool)',
  'function isModule(address module) view returns (bool)',
  'function totalMemos() view returns (int256)',
  'function markets() view returns (address)',
  'function engine() view returns (address)',
  'function snapshot(uint256 set) view returns (Snapshot)',
  'function transfer(bytes32 from, bytes32 to, int256 cash, uint256[] legs)',
])

export const auctionAbi = parseAbi([
  ...structs,
  'function CLEARINGHOUSE() view returns (address)',
  'function flag(bytes32 account)',
  'function unflag(bytes32 account)',
  'function liquidate(Bid bid) returns (int256 payment, int256 reward)',
  'function convert(bytes32 account, bytes32 keeper, int256 minReward, bytes data) returns (int256 payment, int256 reward)',
  'function absorb(bytes32 account)',
  'function liquidationState(bytes32 account) view returns (LiquidationState)',
])

export const marketsAbi = parseAbi([...structs, 'function touch(uint256 set) returns (Snapshot)'])
