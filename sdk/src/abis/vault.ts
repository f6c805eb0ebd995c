// Generated from the compiled contracts by `node sdk/scripts/abis.ts`. Do not edit.

/** ABI of Vault. */
export const vaultAbi = [
  {
    inputs: [
      { name: 'authority', type: 'address' },
      { name: 'clearinghouse', type: 'address' },
      { name: 'usd', type: 'address' },
    ],
    stateMutability: 'nonpayable',
    type: 'constructor',
  },
  { inputs: [{ name: 'authority', type: 'address' }], name: 'AccessManagedInvalidAuthority', type: 'error' },
  {
    inputs: [
      { name: 'caller', type: 'address' },
      { name: 'delay', type: 'uint32' },
    ],
    name: 'AccessManagedRequiredDelay',
    type: 'error',
  },
  { inputs: [{ name: 'caller', type: 'address' }], name: 'AccessManagedUnauthorized', type: 'error' },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'token', type: 'address' },
    ],
    name: 'AssetTaken',
    type: 'error',
  },
  {
    inputs: [
      { name: 'claimId', type: 'uint256' },
      { name: 'latest', type: 'uint256' },
    ],
    name: 'ClaimNotReady',
    type: 'error',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'decimals', type: 'uint8' },
      { name: 'tokenUnit', type: 'uint256' },
    ],
    name: 'DecimalsMismatch',
    type: 'error',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'total', type: 'uint256' },
      { name: 'cap', type: 'uint256' },
    ],
    name: 'DepositCapExceeded',
    type: 'error',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'cap', type: 'uint256' },
      { name: 'maximum', type: 'uint256' },
    ],
    name: 'DepositCapTooLarge',
    type: 'error',
  },
  { inputs: [{ name: 'ratio', type: 'uint256' }], name: 'LossOpen', type: 'error' },
  {
    inputs: [
      { name: 'readyAt', type: 'uint256' },
      { name: 'now_', type: 'uint256' },
    ],
    name: 'NotReady',
    type: 'error',
  },
  { inputs: [{ name: 'account', type: 'bytes32' }], name: 'NotReleasable', type: 'error' },
  {
    inputs: [
      { name: 'value', type: 'uint256' },
      { name: 'old', type: 'uint256' },
    ],
    name: 'NotTighter',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'caller', type: 'address' },
    ],
    name: 'NotYourAccount',
    type: 'error',
  },
  {
    inputs: [
      { name: 'capacity', type: 'uint256' },
      { name: 'refill', type: 'uint256' },
      { name: 'held', type: 'uint256' },
    ],
    name: 'OutflowTooTight',
    type: 'error',
  },
  {
    inputs: [
      { name: 'ratio', type: 'uint256' },
      { name: 'minRatio', type: 'uint256' },
    ],
    name: 'RatioTooLow',
    type: 'error',
  },
  {
    inputs: [
      { name: 'bits', type: 'uint8' },
      { name: 'value', type: 'int256' },
    ],
    name: 'SafeCastOverflowedIntDowncast',
    type: 'error',
  },
  {
    inputs: [
      { name: 'bits', type: 'uint8' },
      { name: 'value', type: 'uint256' },
    ],
    name: 'SafeCastOverflowedUintDowncast',
    type: 'error',
  },
  { inputs: [{ name: 'value', type: 'uint256' }], name: 'SafeCastOverflowedUintToInt', type: 'error' },
  { inputs: [{ name: 'token', type: 'address' }], name: 'SafeERC20FailedOperation', type: 'error' },
  { inputs: [{ name: 'asset', type: 'uint8' }], name: 'UnknownAsset', type: 'error' },
  { inputs: [{ name: 'claimId', type: 'uint256' }], name: 'UnknownClaim', type: 'error' },
  { inputs: [], name: 'ZeroAmount', type: 'error' },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'asset', type: 'uint8' },
      { indexed: true, name: 'token', type: 'address' },
    ],
    name: 'AssetListed',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [{ indexed: false, name: 'authority', type: 'address' }],
    name: 'AuthorityUpdated',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'claimId', type: 'uint256' },
      { indexed: false, name: 'paid', type: 'uint256' },
    ],
    name: 'Claimed',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'asset', type: 'uint8' },
      { indexed: false, name: 'from', type: 'uint256' },
      { indexed: false, name: 'target', type: 'uint256' },
      { indexed: false, name: 'rampSeconds', type: 'uint256' },
    ],
    name: 'DepositCapSet',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: true, name: 'asset', type: 'uint8' },
      { indexed: true, name: 'from', type: 'address' },
      { indexed: false, name: 'received', type: 'uint256' },
      { indexed: false, name: 'credited', type: 'uint256' },
    ],
    name: 'Deposited',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: false, name: 'booked', type: 'int256' },
      { indexed: false, name: 'expected', type: 'int256' },
      { indexed: false, name: 'ratio', type: 'uint256' },
    ],
    name: 'Hole',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'asset', type: 'uint8' },
      {
        components: [
          { name: 'capacity', type: 'uint128' },
          { name: 'refill', type: 'uint128' },
        ],
        indexed: false,
        name: 'outflow',
        type: 'tuple',
      },
    ],
    name: 'OutflowSet',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'claimId', type: 'uint256' },
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: false, name: 'asset', type: 'uint8' },
      { indexed: false, name: 'receiver', type: 'address' },
      { indexed: false, name: 'amount', type: 'uint256' },
      { indexed: false, name: 'latest', type: 'uint256' },
    ],
    name: 'Queued',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: false, name: 'amount', type: 'int256' },
      { indexed: false, name: 'readyAt', type: 'uint256' },
    ],
    name: 'ReleaseScheduled',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: true, name: 'asset', type: 'uint8' },
      { indexed: true, name: 'receiver', type: 'address' },
      { indexed: false, name: 'amount', type: 'uint256' },
      { indexed: false, name: 'paid', type: 'uint256' },
    ],
    name: 'Withdrawn',
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
    inputs: [],
    name: 'authority',
    outputs: [{ name: '', type: 'address' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'asset', type: 'uint8' }],
    name: 'available',
    outputs: [{ name: '', type: 'uint256' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'claimId', type: 'uint256' }],
    name: 'claim',
    outputs: [{ name: 'paid', type: 'uint256' }],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [],
    name: 'claimCount',
    outputs: [{ name: '', type: 'uint256' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'claimId', type: 'uint256' }],
    name: 'claims',
    outputs: [
      {
        components: [
          { name: 'asset', type: 'uint8' },
          { name: 'receiver', type: 'address' },
          { name: 'ticket', type: 'uint104' },
          { name: 'amount', type: 'uint128' },
        ],
        name: '',
        type: 'tuple',
      },
    ],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'asset', type: 'uint8' },
      { name: 'amount', type: 'uint256' },
    ],
    name: 'deposit',
    outputs: [{ name: 'credited', type: 'uint256' }],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'asset', type: 'uint8' }],
    name: 'depositCap',
    outputs: [{ name: '', type: 'uint256' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'asset', type: 'uint8' },
      { name: 'amount', type: 'uint256' },
      { name: 'deadline', type: 'uint256' },
      { name: 'v', type: 'uint8' },
      { name: 'r', type: 'bytes32' },
      { name: 's', type: 'bytes32' },
    ],
    name: 'depositWithPermit',
    outputs: [{ name: 'credited', type: 'uint256' }],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'asset', type: 'uint8' }],
    name: 'internalBalance',
    outputs: [{ name: '', type: 'uint256' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [],
    name: 'isConsumingScheduledOp',
    outputs: [{ name: '', type: 'bytes4' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'claimId', type: 'uint256' }],
    name: 'latestPayment',
    outputs: [{ name: '', type: 'uint256' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'token', type: 'address' },
      { name: 'cap', type: 'uint128' },
      {
        components: [
          { name: 'capacity', type: 'uint128' },
          { name: 'refill', type: 'uint128' },
        ],
        name: 'outflow',
        type: 'tuple',
      },
    ],
    name: 'listAsset',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [],
    name: 'losses',
    outputs: [
      { name: 'booked', type: 'int256' },
      { name: 'expected', type: 'int256' },
    ],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'asset', type: 'uint8' }],
    name: 'outflowOf',
    outputs: [
      { name: 'capacity', type: 'uint128' },
      { name: 'refill', type: 'uint128' },
    ],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'to', type: 'bytes32' },
    ],
    name: 'release',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'account', type: 'bytes32' }],
    name: 'releaseAmount',
    outputs: [{ name: 'amount', type: 'int256' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'account', type: 'bytes32' }],
    name: 'releaseReadyAt',
    outputs: [{ name: 'readyAt', type: 'uint256' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'amount', type: 'int256' },
    ],
    name: 'scheduleRelease',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'newAuthority', type: 'address' }],
    name: 'setAuthority',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'cap', type: 'uint128' },
    ],
    name: 'setDepositCap',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      {
        components: [
          { name: 'capacity', type: 'uint128' },
          { name: 'refill', type: 'uint128' },
        ],
        name: 'outflow',
        type: 'tuple',
      },
    ],
    name: 'setOutflow',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'cap', type: 'uint128' },
    ],
    name: 'tightenDepositCap',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'asset', type: 'uint8' }],
    name: 'tokenOf',
    outputs: [{ name: 'token', type: 'address' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'asset', type: 'uint8' },
      { name: 'amount', type: 'uint256' },
      { name: 'receiver', type: 'address' },
      { name: 'minRatio', type: 'uint256' },
    ],
    name: 'withdraw',
    outputs: [
      { name: 'paid', type: 'uint256' },
      { name: 'claimId', type: 'uint256' },
    ],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [],
    name: 'withdrawalRatio',
    outputs: [{ name: '', type: 'uint256' }],
    stateMutability: 'view',
    type: 'function',
  },
] as const
