// Generated from the compiled contracts by `node sdk/scripts/abis.ts`. Do not edit.

/** ABI of Surfaces. */
export const surfacesAbi = [
  {
    inputs: [
      { name: 'authority', type: 'address' },
      { name: 'series_', type: 'address' },
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
      { name: 'curvature', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'ButterflyArbitrage',
    type: 'error',
  },
  {
    inputs: [
      { name: 'expiry', type: 'uint256' },
      { name: 'discount', type: 'uint256' },
      { name: 'minimum', type: 'uint256' },
      { name: 'maximum', type: 'uint256' },
    ],
    name: 'DiscountOutOfRange',
    type: 'error',
  },
  { inputs: [{ name: 'expiry', type: 'uint256' }], name: 'ExpiryMissing', type: 'error' },
  {
    inputs: [
      { name: 'expiry', type: 'uint256' },
      { name: 'forwardRatio', type: 'uint256' },
      { name: 'minimum', type: 'uint256' },
      { name: 'maximum', type: 'uint256' },
    ],
    name: 'ForwardOutOfRange',
    type: 'error',
  },
  {
    inputs: [
      { name: 'expiry', type: 'uint256' },
      { name: 'previous', type: 'uint256' },
      { name: 'latest', type: 'uint256' },
    ],
    name: 'InvalidExpiry',
    type: 'error',
  },
  {
    inputs: [
      { name: 'rho', type: 'int256' },
      { name: 'limit', type: 'int256' },
    ],
    name: 'RhoOutOfRange',
    type: 'error',
  },
  {
    inputs: [
      { name: 'far', type: 'uint256' },
      { name: 'near', type: 'uint256' },
    ],
    name: 'SmileSteepens',
    type: 'error',
  },
  {
    inputs: [
      { name: 'value', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'SurfaceFieldTooLarge',
    type: 'error',
  },
  {
    inputs: [
      { name: 'theta', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'ThetaOutOfRange',
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
      { name: 'farTheta', type: 'uint256' },
      { name: 'nearTheta', type: 'uint256' },
    ],
    name: 'VarianceFalls',
    type: 'error',
  },
  {
    inputs: [
      { name: 'slope', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'WingTooSteep',
    type: 'error',
  },
  {
    inputs: [
      { name: 'skewChange', type: 'uint256' },
      { name: 'slopeChange', type: 'int256' },
    ],
    name: 'WingsCross',
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
      { indexed: false, name: 'timestamp', type: 'uint256' },
      { indexed: false, name: 'fraction', type: 'uint256' },
    ],
    name: 'SurfacePosted',
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
    name: 'isConsumingScheduledOp',
    outputs: [{ name: '', type: 'bytes4' }],
    stateMutability: 'view',
    type: 'function',
  },
  { inputs: [], name: 'series', outputs: [{ name: '', type: 'address' }], stateMutability: 'view', type: 'function' },
  {
    inputs: [{ name: 'newAuthority', type: 'address' }],
    name: 'setAuthority',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'timestamp', type: 'uint256' },
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
    name: 'setSurface',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
] as const
