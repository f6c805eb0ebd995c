/** The events that the keeper's state is made of; a test compares every line with the compiler's output. */
import { parseAbi } from 'viem'

export const eventsAbi = parseAbi([
  'event Moved(bytes32 indexed from, bytes32 indexed to, uint8 indexed reason, int256 cash, uint256[] legs)',
  'event ModeSet(bytes32 indexed account, uint8 mode)',
  'event ReduceOnlySet(bytes32 indexed account, bool reduceOnly)',
  'event MemoSet(bytes32 indexed account, int256 memo, int256 total)',
  'event Flagged(bytes32 indexed account, uint256 elapsed, int256 equity, int256 maintenance)',
  'event Unflagged(bytes32 indexed account, uint256 elapsed)',
  'event Absorbed(bytes32 indexed account, int256 debt)',
  'event Sliced(bytes32 indexed account, bytes32 indexed keeper, uint256 fraction, int256 value, int256 payment, int256 topUp, int256 maintenanceRemoved)',
  'event Converted(bytes32 indexed account, bytes32 indexed keeper, uint256 fraction, int256 value, int256 payment)',
  'event Settled(bytes32 indexed account, uint8 indexed underlying, uint40 indexed expiry, uint256 price, int256 cash)',
  'event Listed(uint8 indexed underlying, bytes32 symbol, address source, uint256 tokenUnit, uint256 lotUnit)',
  'event Observed(uint8 indexed underlying, uint256 spot, uint256 ema)',
])
