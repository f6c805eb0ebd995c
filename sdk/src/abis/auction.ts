// Generated from the compiled contracts by `node sdk/scripts/abis.ts`. Do not edit.

/** ABI of Auction. */
export const auctionAbi = [
  { inputs: [{ name: 'clearinghouse', type: 'address' }], stateMutability: 'nonpayable', type: 'constructor' },
  {
    inputs: [
      { name: 'fraction', type: 'uint256' },
      { name: 'minimum', type: 'uint256' },
    ],
    name: 'FractionTooSmall',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'equity', type: 'int256' },
      { name: 'maintenance', type: 'int256' },
      { name: 'goodEnd', type: 'int256' },
    ],
    name: 'Healthy',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'equity', type: 'int256' },
      { name: 'initial', type: 'int256' },
      { name: 'maintenance', type: 'int256' },
    ],
    name: 'InsufficientMargin',
    type: 'error',
  },
  {
    inputs: [
      { name: 'keeper', type: 'bytes32' },
      { name: 'equity', type: 'int256' },
      { name: 'required', type: 'int256' },
    ],
    name: 'KeeperUndermargined',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'positions', type: 'uint256' },
      { name: 'cash', type: 'int256' },
    ],
    name: 'NotAbsorbable',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'settledCash', type: 'int256' },
      { name: 'debtLimit', type: 'int256' },
      { name: 'equity', type: 'int256' },
      { name: 'maintenance', type: 'int256' },
    ],
    name: 'NotConvertible',
    type: 'error',
  },
  { inputs: [{ name: 'account', type: 'bytes32' }], name: 'NotFlagged', type: 'error' },
  {
    inputs: [
      { name: 'keeper', type: 'bytes32' },
      { name: 'caller', type: 'address' },
    ],
    name: 'NotYourKeeper',
    type: 'error',
  },
  {
    inputs: [
      { name: 'reward', type: 'int256' },
      { name: 'minReward', type: 'int256' },
    ],
    name: 'RewardTooSmall',
    type: 'error',
  },
  { inputs: [{ name: 'value', type: 'uint256' }], name: 'SafeCastOverflowedUintToInt', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'settledCash', type: 'int256' },
      { name: 'floor', type: 'int256' },
    ],
    name: 'SettledCashTooLow',
    type: 'error',
  },
  {
    inputs: [
      { name: 'removed', type: 'int256' },
      { name: 'least', type: 'int256' },
    ],
    name: 'SliceTooSmall',
    type: 'error',
  },
  { inputs: [{ name: 'value', type: 'int256' }], name: 'SliceWorthless', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'equity', type: 'int256' },
      { name: 'maintenance', type: 'int256' },
    ],
    name: 'StillUnhealthy',
    type: 'error',
  },
  { inputs: [{ name: 'account', type: 'bytes32' }], name: 'SystemAccount', type: 'error' },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: false, name: 'debt', type: 'int256' },
    ],
    name: 'Absorbed',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: true, name: 'keeper', type: 'bytes32' },
      { indexed: false, name: 'fraction', type: 'uint256' },
      { indexed: false, name: 'value', type: 'int256' },
      { indexed: false, name: 'payment', type: 'int256' },
    ],
    name: 'Converted',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: true, name: 'underlying', type: 'uint256' },
      { indexed: false, name: 'own', type: 'int256' },
      { indexed: false, name: 'common', type: 'int256' },
      { indexed: false, name: 'hole', type: 'int256' },
    ],
    name: 'Covered',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: false, name: 'elapsed', type: 'uint256' },
      { indexed: false, name: 'equity', type: 'int256' },
      { indexed: false, name: 'maintenance', type: 'int256' },
    ],
    name: 'Flagged',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: true, name: 'keeper', type: 'bytes32' },
      { indexed: false, name: 'fraction', type: 'uint256' },
      { indexed: false, name: 'value', type: 'int256' },
      { indexed: false, name: 'payment', type: 'int256' },
      { indexed: false, name: 'topUp', type: 'int256' },
      { indexed: false, name: 'maintenanceRemoved', type: 'int256' },
    ],
    name: 'Sliced',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: false, name: 'elapsed', type: 'uint256' },
    ],
    name: 'Unflagged',
    type: 'event',
  },
  {
    inputs: [],
    name: 'CLEARINGHOUSE',
    outputs: [{ name: '', type: 'address' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'account', type: 'bytes32' }],
    name: 'absorb',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'keeper', type: 'bytes32' },
      { name: 'minReward', type: 'int256' },
      { name: 'data', type: 'bytes' },
    ],
    name: 'convert',
    outputs: [
      { name: 'payment', type: 'int256' },
      { name: 'reward', type: 'int256' },
    ],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'account', type: 'bytes32' }],
    name: 'flag',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      {
        components: [
          { name: 'account', type: 'bytes32' },
          { name: 'keeper', type: 'bytes32' },
          { name: 'fraction', type: 'uint256' },
          { name: 'minReward', type: 'int256' },
          { name: 'data', type: 'bytes' },
        ],
        name: 'bid',
        type: 'tuple',
      },
    ],
    name: 'liquidate',
    outputs: [
      { name: 'payment', type: 'int256' },
      { name: 'reward', type: 'int256' },
    ],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'account', type: 'bytes32' }],
    name: 'liquidationState',
    outputs: [
      {
        components: [
          { name: 'liquidatable', type: 'bool' },
          { name: 'convertible', type: 'bool' },
          { name: 'flagged', type: 'bool' },
          { name: 'elapsed', type: 'uint256' },
          { name: 'discount', type: 'uint256' },
          { name: 'reward', type: 'uint256' },
          { name: 'minFraction', type: 'uint256' },
          { name: 'maxFraction', type: 'uint256' },
          {
            components: [
              { name: 'equity', type: 'int256' },
              { name: 'settledCash', type: 'int256' },
              { name: 'maintenance', type: 'int256' },
              { name: 'initial', type: 'int256' },
              { name: 'goodEnd', type: 'int256' },
              { name: 'gross', type: 'int256' },
              { name: 'debtLimit', type: 'int256' },
            ],
            name: 'assessment',
            type: 'tuple',
          },
        ],
        name: 'state',
        type: 'tuple',
      },
    ],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'account', type: 'bytes32' }],
    name: 'unflag',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
] as const
