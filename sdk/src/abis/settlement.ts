// Generated from the compiled contracts by `node sdk/scripts/abis.ts`. Do not edit.

/** ABI of Settlement. */
export const settlementAbi = [
  {
    inputs: [
      { name: 'authority', type: 'address' },
      { name: 'clearinghouse', type: 'address' },
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
      { name: 'underlying', type: 'uint256' },
      { name: 'expiry', type: 'uint256' },
    ],
    name: 'AlreadyFinal',
    type: 'error',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint256' },
      { name: 'time', type: 'uint256' },
    ],
    name: 'AlreadyScheduled',
    type: 'error',
  },
  {
    inputs: [
      { name: 'delaySeconds', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'DelayTooLong',
    type: 'error',
  },
  { inputs: [{ name: 'caller', type: 'address' }], name: 'NotClearinghouse', type: 'error' },
  {
    inputs: [
      { name: 'doneUntil', type: 'uint256' },
      { name: 'end', type: 'uint256' },
    ],
    name: 'NothingToAverage',
    type: 'error',
  },
  {
    inputs: [
      { name: 'time', type: 'uint256' },
      { name: 'earliest', type: 'uint256' },
    ],
    name: 'NoticeTooShort',
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
  {
    inputs: [
      { name: 'underlying', type: 'uint256' },
      { name: 'expiry', type: 'uint256' },
    ],
    name: 'UnknownSeries',
    type: 'error',
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
      { indexed: true, name: 'underlying', type: 'uint8' },
      { indexed: true, name: 'expiry', type: 'uint40' },
      { indexed: false, name: 'doneUntil', type: 'uint256' },
      { indexed: false, name: 'sum', type: 'uint256' },
    ],
    name: 'Averaged',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'underlying', type: 'uint8' },
      { indexed: false, name: 'time', type: 'uint256' },
    ],
    name: 'DelistingScheduled',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'account', type: 'bytes32' },
      { indexed: true, name: 'underlying', type: 'uint8' },
      { indexed: true, name: 'expiry', type: 'uint40' },
      { indexed: false, name: 'price', type: 'uint256' },
      { indexed: false, name: 'cash', type: 'int256' },
    ],
    name: 'Settled',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'underlying', type: 'uint8' },
      { indexed: true, name: 'expiry', type: 'uint40' },
      { indexed: false, name: 'notBefore', type: 'uint256' },
    ],
    name: 'SettlementDelayed',
    type: 'event',
  },
  {
    inputs: [],
    name: 'authority',
    outputs: [{ name: '', type: 'address' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'expiry', type: 'uint40' },
      { name: 'hint', type: 'uint256' },
      { name: 'maxRounds', type: 'uint256' },
    ],
    name: 'average',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'expiry', type: 'uint40' },
      { name: 'delaySeconds', type: 'uint24' },
    ],
    name: 'delaySettlement',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'underlying', type: 'uint8' }],
    name: 'delistingAt',
    outputs: [{ name: 'time', type: 'uint256' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'expiry', type: 'uint40' },
    ],
    name: 'finalPrice',
    outputs: [
      { name: 'isFinal', type: 'bool' },
      { name: 'price', type: 'uint256' },
    ],
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
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'expiry', type: 'uint40' },
    ],
    name: 'progress',
    outputs: [
      { name: 'sum', type: 'uint256' },
      { name: 'doneUntil', type: 'uint256' },
    ],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'time', type: 'uint40' },
    ],
    name: 'scheduleDelisting',
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
    inputs: [{ name: 'accounts', type: 'bytes32[]' }],
    name: 'settle',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'account', type: 'bytes32' }],
    name: 'settleTouched',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
] as const
