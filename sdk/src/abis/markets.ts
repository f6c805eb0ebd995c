// Generated from the compiled contracts by `node sdk/scripts/abis.ts`. Do not edit.

/** ABI of Markets. */
export const marketsAbi = [
  { inputs: [{ name: 'authority', type: 'address' }], stateMutability: 'nonpayable', type: 'constructor' },
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
      { name: 'parameter', type: 'bytes32' },
      { name: 'value', type: 'uint256' },
      { name: 'old', type: 'uint256' },
    ],
    name: 'NotTighter',
    type: 'error',
  },
  {
    inputs: [
      { name: 'parameter', type: 'bytes32' },
      { name: 'value', type: 'uint256' },
      { name: 'minimum', type: 'uint256' },
      { name: 'maximum', type: 'uint256' },
    ],
    name: 'OutOfBounds',
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
      { name: 'source', type: 'address' },
      { name: 'spot', type: 'uint256' },
      { name: 'lastSpot', type: 'uint256' },
    ],
    name: 'SourceNotUsable',
    type: 'error',
  },
  {
    inputs: [
      { name: 'parameter', type: 'bytes32' },
      { name: 'value', type: 'uint256' },
      { name: 'old', type: 'uint256' },
    ],
    name: 'StepTooLarge',
    type: 'error',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'readyAt', type: 'uint256' },
    ],
    name: 'StepTooSoon',
    type: 'error',
  },
  {
    inputs: [
      { name: 'available', type: 'uint256' },
      { name: 'needed', type: 'uint256' },
    ],
    name: 'TooLittleGas',
    type: 'error',
  },
  { inputs: [{ name: 'underlying', type: 'uint256' }], name: 'UnknownUnderlying', type: 'error' },
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
      { indexed: false, name: 'fundingIndex', type: 'int256' },
      { indexed: false, name: 'premium', type: 'int256' },
    ],
    name: 'Funding',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'underlying', type: 'uint8' },
      {
        components: [
          { name: 'openInterestCap', type: 'uint64' },
          { name: 'stressGap', type: 'uint64' },
          { name: 'slotCharge', type: 'uint64' },
          { name: 'deficitLimit', type: 'uint64' },
        ],
        indexed: false,
        name: 'limits',
        type: 'tuple',
      },
    ],
    name: 'LimitsSet',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'underlying', type: 'uint8' },
      { indexed: false, name: 'symbol', type: 'bytes32' },
      { indexed: false, name: 'source', type: 'address' },
      { indexed: false, name: 'tokenUnit', type: 'uint256' },
      { indexed: false, name: 'lotUnit', type: 'uint256' },
    ],
    name: 'Listed',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'underlying', type: 'uint8' },
      { indexed: false, name: 'spot', type: 'uint256' },
      { indexed: false, name: 'ema', type: 'uint256' },
    ],
    name: 'Observed',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'underlying', type: 'uint8' },
      { indexed: false, name: 'reduceOnly', type: 'bool' },
    ],
    name: 'ReduceOnlySet',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'underlying', type: 'uint8' },
      {
        components: [
          { name: 'scanRange', type: 'uint64' },
          { name: 'epsilon', type: 'uint64' },
          { name: 'linearRelief', type: 'uint64' },
          { name: 'haircut', type: 'uint64' },
        ],
        indexed: false,
        name: 'parameters',
        type: 'tuple',
      },
    ],
    name: 'RiskParametersSet',
    type: 'event',
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, name: 'underlying', type: 'uint8' },
      { indexed: false, name: 'source', type: 'address' },
    ],
    name: 'SourceSet',
    type: 'event',
  },
  {
    inputs: [],
    name: 'authority',
    outputs: [{ name: '', type: 'address' }],
    stateMutability: 'view',
    type: 'function',
  },
  { inputs: [], name: 'count', outputs: [{ name: '', type: 'uint256' }], stateMutability: 'view', type: 'function' },
  {
    inputs: [],
    name: 'isConsumingScheduledOp',
    outputs: [{ name: '', type: 'bytes4' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'underlying', type: 'uint8' }],
    name: 'limits',
    outputs: [
      {
        components: [
          { name: 'openInterestCap', type: 'uint64' },
          { name: 'stressGap', type: 'uint64' },
          { name: 'slotCharge', type: 'uint64' },
          { name: 'deficitLimit', type: 'uint64' },
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
      { name: 'symbol_', type: 'bytes32' },
      { name: 'source_', type: 'address' },
      { name: 'tokenDecimals', type: 'uint8' },
      { name: 'isCollateral', type: 'bool' },
      { name: 'lotUnit', type: 'uint64' },
      {
        components: [
          { name: 'scanRange', type: 'uint64' },
          { name: 'epsilon', type: 'uint64' },
          { name: 'linearRelief', type: 'uint64' },
          { name: 'haircut', type: 'uint64' },
        ],
        name: 'risk',
        type: 'tuple',
      },
      {
        components: [
          { name: 'openInterestCap', type: 'uint64' },
          { name: 'stressGap', type: 'uint64' },
          { name: 'slotCharge', type: 'uint64' },
          { name: 'deficitLimit', type: 'uint64' },
        ],
        name: 'limits_',
        type: 'tuple',
      },
    ],
    name: 'list',
    outputs: [{ name: 'underlying', type: 'uint8' }],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'underlying', type: 'uint8' }],
    name: 'riskParameters',
    outputs: [
      {
        components: [
          { name: 'scanRange', type: 'uint64' },
          { name: 'epsilon', type: 'uint64' },
          { name: 'linearRelief', type: 'uint64' },
          { name: 'haircut', type: 'uint64' },
        ],
        name: '',
        type: 'tuple',
      },
    ],
    stateMutability: 'view',
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
      { name: 'underlying', type: 'uint8' },
      {
        components: [
          { name: 'openInterestCap', type: 'uint64' },
          { name: 'stressGap', type: 'uint64' },
          { name: 'slotCharge', type: 'uint64' },
          { name: 'deficitLimit', type: 'uint64' },
        ],
        name: 'limits_',
        type: 'tuple',
      },
    ],
    name: 'setLimits',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'premium', type: 'int256' },
    ],
    name: 'setPremium',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'reduceOnly', type: 'bool' },
    ],
    name: 'setReduceOnly',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      {
        components: [
          { name: 'scanRange', type: 'uint64' },
          { name: 'epsilon', type: 'uint64' },
          { name: 'linearRelief', type: 'uint64' },
          { name: 'haircut', type: 'uint64' },
        ],
        name: 'risk',
        type: 'tuple',
      },
    ],
    name: 'setRiskParameters',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'source_', type: 'address' },
    ],
    name: 'setSource',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'set', type: 'uint256' }],
    name: 'snapshot',
    outputs: [
      {
        components: [
          { name: 'set', type: 'uint256' },
          {
            components: [
              { name: 'spot', type: 'uint256' },
              { name: 'low', type: 'uint256' },
              { name: 'high', type: 'uint256' },
              { name: 'ema', type: 'uint256' },
              { name: 'perpetualMark', type: 'uint256' },
              { name: 'fundingIndex', type: 'int256' },
              { name: 'tokenUnit', type: 'uint256' },
              { name: 'lotUnit', type: 'uint256' },
              { name: 'scanRange', type: 'uint256' },
              { name: 'linearRelief', type: 'uint256' },
              { name: 'haircut', type: 'uint256' },
              { name: 'slotCharge', type: 'uint256' },
              { name: 'stressGap', type: 'uint256' },
              { name: 'deficitLimit', type: 'uint256' },
              { name: 'openInterest', type: 'uint256' },
              { name: 'openInterestCap', type: 'uint256' },
              { name: 'status', type: 'uint8' },
              { name: 'reduceOnly', type: 'bool' },
            ],
            name: 'markets',
            type: 'tuple[]',
          },
        ],
        name: 'market',
        type: 'tuple',
      },
    ],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'underlying', type: 'uint8' }],
    name: 'source',
    outputs: [{ name: '', type: 'address' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [{ name: 'underlying', type: 'uint8' }],
    name: 'symbol',
    outputs: [{ name: 'name', type: 'bytes32' }],
    stateMutability: 'view',
    type: 'function',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'cap', type: 'uint64' },
    ],
    name: 'tightenOpenInterestCap',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'underlying', type: 'uint8' }],
    name: 'tightenReduceOnly',
    outputs: [],
    stateMutability: 'nonpayable',
    type: 'function',
  },
  {
    inputs: [{ name: 'set', type: 'uint256' }],
    name: 'touch',
    outputs: [
      {
        components: [
          { name: 'set', type: 'uint256' },
          {
            components: [
              { name: 'spot', type: 'uint256' },
              { name: 'low', type: 'uint256' },
              { name: 'high', type: 'uint256' },
              { name: 'ema', type: 'uint256' },
              { name: 'perpetualMark', type: 'uint256' },
              { name: 'fundingIndex', type: 'int256' },
              { name: 'tokenUnit', type: 'uint256' },
              { name: 'lotUnit', type: 'uint256' },
              { name: 'scanRange', type: 'uint256' },
              { name: 'linearRelief', type: 'uint256' },
              { name: 'haircut', type: 'uint256' },
              { name: 'slotCharge', type: 'uint256' },
              { name: 'stressGap', type: 'uint256' },
              { name: 'deficitLimit', type: 'uint256' },
              { name: 'openInterest', type: 'uint256' },
              { name: 'openInterestCap', type: 'uint256' },
              { name: 'status', type: 'uint8' },
              { name: 'reduceOnly', type: 'bool' },
            ],
            name: 'markets',
            type: 'tuple[]',
          },
        ],
        name: 'market',
        type: 'tuple',
      },
    ],
    stateMutability: 'nonpayable',
    type: 'function',
  },
] as const
