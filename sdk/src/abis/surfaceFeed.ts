// Generated from the compiled contracts by `node sdk/scripts/abis.ts`. Do not edit.

/** ABI of SurfaceFeed. */
export const surfaceFeedAbi = [
  {
    inputs: [
      { name: 'authority', type: 'address' },
      { name: 'surfaces_', type: 'address' },
      { name: 'signers_', type: 'address[]' },
      { name: 'quorum_', type: 'uint256' },
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
  { inputs: [], name: 'ECDSAInvalidSignature', type: 'error' },
  { inputs: [{ name: 'length', type: 'uint256' }], name: 'ECDSAInvalidSignatureLength', type: 'error' },
  { inputs: [{ name: 's', type: 'bytes32' }], name: 'ECDSAInvalidSignatureS', type: 'error' },
  {
    inputs: [
      { name: 'quorum', type: 'uint256' },
      { name: 'count', type: 'uint256' },
    ],
    name: 'InvalidQuorum',
    type: 'error',
  },
  { inputs: [], name: 'InvalidShortString', type: 'error' },
  {
    inputs: [
      { name: 'signer', type: 'address' },
      { name: 'previous', type: 'address' },
    ],
    name: 'NotAscending',
    type: 'error',
  },
  { inputs: [{ name: 'recovered', type: 'address' }], name: 'NotSigner', type: 'error' },
  {
    inputs: [
      { name: 'timestamp', type: 'uint256' },
      { name: 'blockTimestamp', type: 'uint256' },
    ],
    name: 'PremiumInFuture',
    type: 'error',
  },
  {
    inputs: [
      { name: 'timestamp', type: 'uint256' },
      { name: 'last', type: 'uint256' },
    ],
    name: 'PremiumNotNewer',
    type: 'error',
  },
  {
    inputs: [
      { name: 'timestamp', type: 'uint256' },
      { name: 'oldest', type: 'uint256' },
    ],
    name: 'PremiumTooOld',
    type: 'error',
  },
  { inputs: [{ name: 'str', type: 'string' }], name: 'StringTooLong', type: 'error' },
  {
    inputs: [
      { name: 'count', type: 'uint256' },
      { name: 'quorum', type: 'uint256' },
    ],
    name: 'TooFewSignatures',
    type: 'error',
  },
  {
    inputs: [
      { name: 'count', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'TooManyExpiries',
    type: 'error',
  },
  {
    inputs: [
      { name: 'count', type: 'uint256' },
      { name: 'maximum', type: 'uint256' },
    ],
    name: 'TooManySigners',
    type: 'error',
  },
  {
    anonymous: false,
    inputs: [{ indexed: false, name: 'authority', type: 'address' }],
    name: 'AuthorityUpdated',
    type: 'event',
  },
  { anonymous: false, inputs: [], name: 'EIP712DomainChanged', type: 'event' },
  {
    anonymous: false,
    inputs: [
      { indexed: false, name: 'signers', type: 'address[]' },
      { indexed: false, name: 'quorum', type: 'uint256' },
    ],
    name: 'SignersSet',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'underlying', type: 'uint8' },
      { indexed: false, name: 'timestamp', type: 'uint256' },
      { indexed: false, name: 'premium', type: 'int256' },
      { indexed: false, name: 'depth', type: 'uint256' },
      { indexed: false, name: 'expiries', type: 'uint256' },
      { indexed: true, name: 'poster', type: 'address' },
    ],
    name: 'SurfaceMessagePosted',
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
    inputs: [],
    name: 'eip712Domain',
    outputs: [
      { name: 'fields', type: 'bytes1' },
      { name: 'name', type: 'string' },
      { name: 'version', type: 'string' },
      { name: 'chainId', type: 'uint256' },
      { name: 'verifyingContract', type: 'address' },
      { name: 'salt', type: 'bytes32' },
      { name: 'extensions', type: 'uint256[]' },
    ],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'timestamp', type: 'uint256' },
      { name: 'premium', type: 'int256' },
      { name: 'depth', type: 'uint256' },
      {
        components: [
          { name: 'expiry', type: 'uint40' },
          { name: 'theta', type: 'uint256' },
          { name: 'rho', type: 'int256' },
          { name: 'psi', type: 'uint256' },
          { name: 'forwardRatio', type: 'uint256' },
          { name: 'discount', type: 'uint256' },
        ],
        name: 'quotes',
        type: 'tuple[]',
      },
    ],
    name: 'hashSurface',
    outputs: [{ name: '', type: 'bytes32' }],
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
    inputs: [{ name: 'account', type: 'address' }],
    name: 'isSigner',
    outputs: [{ name: 'known', type: 'bool' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'underlying', type: 'uint8' }],
    name: 'lastTimestamp',
    outputs: [{ name: 'timestamp', type: 'uint256' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'timestamp', type: 'uint256' },
      { name: 'premium', type: 'int256' },
      { name: 'depth', type: 'uint256' },
      {
        components: [
          { name: 'expiry', type: 'uint40' },
          { name: 'theta', type: 'uint256' },
          { name: 'rho', type: 'int256' },
          { name: 'psi', type: 'uint256' },
          { name: 'forwardRatio', type: 'uint256' },
          { name: 'discount', type: 'uint256' },
        ],
        name: 'quotes',
        type: 'tuple[]',
      },
      { name: 'signatures', type: 'bytes[]' },
    ],
    name: 'post',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  { inputs: [], name: 'quorum', outputs: [{ name: '', type: 'uint256' }], stateMutability: 'view', type: 'function' },
  {
    inputs: [{ name: 'newAuthority', type: 'address' }],
    name: 'setAuthority',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'signers_', type: 'address[]' },
      { name: 'quorum_', type: 'uint256' },
    ],
    name: 'setSigners',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [],
    name: 'signers',
    outputs: [{ name: '', type: 'address[]' }],
    stateMutability: 'view',
    type: 'function',
  },
  { inputs: [], name: 'surfaces', outputs: [{ name: '', type: 'address' }], stateMutability: 'view', type: 'function' },
] as const
