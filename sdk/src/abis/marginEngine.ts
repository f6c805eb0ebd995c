// Generated from the compiled contracts by `node sdk/scripts/abis.ts`. Do not edit.

/** ABI of MarginEngine. */
export const marginEngineAbi = [
  { inputs: [{ name: 'underlying', type: 'uint256' }], name: 'MissingMarket', type: 'error' },
  {
    inputs: [
      { name: 'instrument', type: 'uint128' },
      { name: 'lots', type: 'int256' },
      { name: 'limit', type: 'int256' },
    ],
    name: 'QuantityOutOfRange',
    type: 'error',
  },
  { inputs: [{ name: 'instrument', type: 'uint128' }], name: 'UnsupportedInstrument', type: 'error' },
  {
    inputs: [
      {
        components: [
          { name: 'mode', type: 'uint8' },
          { name: 'cash', type: 'int256' },
          { name: 'positions', type: 'uint256[]' },
        ],
        name: 'portfolio',
        type: 'tuple',
      },
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
      { name: 'scaled', type: 'uint256' },
    ],
    name: 'assess',
    outputs: [
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
        name: '',
        type: 'tuple',
      },
    ],
    stateMutability: 'pure',
    type: 'function',
  },
  {
    inputs: [
      {
        components: [
          { name: 'mode', type: 'uint8' },
          { name: 'cash', type: 'int256' },
          { name: 'positions', type: 'uint256[]' },
        ],
        name: 'portfolio',
        type: 'tuple',
      },
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
      { name: 'scaled', type: 'uint256' },
    ],
    name: 'audit',
    outputs: [
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
        name: '',
        type: 'tuple',
      },
      {
        components: [
          { name: 'underlying', type: 'uint8' },
          { name: 'value', type: 'int256' },
          { name: 'delta', type: 'int256' },
          { name: 'requirement', type: 'int256' },
          { name: 'haircut', type: 'int256' },
          { name: 'uncertainty', type: 'int256' },
          { name: 'goodEnd', type: 'int256' },
          { name: 'initialFactor', type: 'uint256' },
          { name: 'pnl54', type: 'int256[30]' },
        ],
        name: 'risks',
        type: 'tuple[]',
      },
    ],
    stateMutability: 'pure',
    type: 'function',
  },
] as const
