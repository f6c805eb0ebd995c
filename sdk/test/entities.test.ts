import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { encodePacked, getAddress, type Hex, hashTypedData, keccak256, slice, toHex } from 'viem'
import {
  CUSTODY,
  clearing,
  compartment,
  createOrder,
  decodeAccountId,
  decodeInstrumentId,
  decodePosition,
  decodeReason,
  decodeSnapshot,
  decodeUnderlyingSet,
  encodeAccountId,
  encodeInstrumentId,
  encodePosition,
  encodeSnapshot,
  encodeUnderlyingSet,
  FEES,
  HOLE,
  hashOrder,
  type Instrument,
  InvalidDeploymentError,
  InvalidEncodingError,
  isCompartment,
  isSystemAccount,
  KINDS,
  OutOfRangeError,
  orderTypedData,
  parseDeployment,
  perpetualOf,
  QUEUE,
  spotOf,
} from '../src/index.ts'

const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => getAddress(toHex(bytes)))
fc.configureGlobal({ seed: 0x506c696d })
const instrument: fc.Arbitrary<Instrument> = fc.record(
  {
    underlying: fc.integer({ min: 0, max: 255 }),
    kind: fc.constantFrom(...KINDS),
    expiry: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
    strike: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  },
  { noNullPrototype: true },
)
const lots = fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n })

describe('AccountId', () => {
  it('keeps owner and sub-id', () => {
    fc.assert(
      fc.property(address, fc.bigInt({ min: 0n, max: 2n ** 96n - 1n }), (owner, subId) => {
        assert.deepEqual(decodeAccountId(encodeAccountId({ owner, subId })), { owner, subId })
      }),
    )
  })

  it('is the owner in the high 20 bytes and the sub-id in the low 12', () => {
    const owner = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
    assert.equal(
      encodeAccountId({ owner, subId: 0x1234n }),
      '0xd8da6bf26964af9d7eed9e03e53415d37aa96045000000000000000000001234',
    )
  })

  it('knows the accounts of the system', () => {
    for (const id of [CUSTODY, FEES, HOLE, QUEUE, compartment(0), compartment(255), clearing(3, 0)]) {
      assert.equal(isSystemAccount(id), true)
    }
    assert.equal(compartment(7), toHex(0x107, { size: 32 }))
    assert.equal(clearing(2, 5), toHex((1n << 95n) | (2n << 40n) | 5n, { size: 32 }))
    assert.deepEqual([FEES, compartment(0), compartment(255), clearing(1, 0)].map(isCompartment), [
      false,
      true,
      true,
      false,
    ])
  })

  it('refuses sub-ids above 96 bits and ids that are not 32 bytes', () => {
    const owner = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
    assert.throws(() => encodeAccountId({ owner, subId: 2n ** 96n }), OutOfRangeError)
    assert.throws(() => encodeAccountId({ owner, subId: -1n }), OutOfRangeError)
    assert.throws(() => decodeAccountId('0x12'), InvalidEncodingError)
  })
})

describe('InstrumentId and Position', () => {
  it('keep every field', () => {
    fc.assert(
      fc.property(instrument, lots, (value, count) => {
        assert.deepEqual(decodeInstrumentId(encodeInstrumentId(value)), value)
        assert.deepEqual(decodePosition(encodePosition({ instrument: value, lots: count })), {
          instrument: value,
          lots: count,
        })
      }),
    )
  })

  it('sort by underlying, expiry, strike, kind', () => {
    const rank = ({ underlying, expiry, strike, kind }: Instrument) =>
      [BigInt(underlying), BigInt(expiry), strike, BigInt(KINDS.indexOf(kind))] as const
    fc.assert(
      fc.property(instrument, instrument, (a, b) => {
        const index = rank(a).findIndex((value, field) => value !== rank(b)[field])
        const isLess = index >= 0 && (rank(a)[index] ?? 0n) < (rank(b)[index] ?? 0n)
        assert.equal(encodeInstrumentId(a) < encodeInstrumentId(b), isLess)
      }),
    )
  })

  it('refuse kinds, lots and numbers that do not fit', () => {
    assert.throws(() => decodeInstrumentId(5n), InvalidEncodingError)
    assert.throws(() => encodeInstrumentId(perpetualOf(256)), OutOfRangeError)
    assert.throws(() => encodeInstrumentId({ ...perpetualOf(1), expiry: 1.5 }), OutOfRangeError)
    assert.throws(() => encodePosition({ instrument: spotOf(1), lots: 2n ** 127n }), OutOfRangeError)
    assert.throws(() => decodeReason(15), InvalidEncodingError)
  })
})

describe('UnderlyingSet and Snapshot', () => {
  it('list each member once, ascending', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 })), (members) => {
        const sorted = [...new Set(members)].sort((a, b) => a - b)
        assert.deepEqual(decodeUnderlyingSet(encodeUnderlyingSet(members)), sorted)
      }),
    )
  })

  it('refuse rows out of order and sets without their rows', () => {
    const decoded = decodeSnapshot(encoded)
    assert.deepEqual(encodeSnapshot(decoded), encoded)
    const { markets, chains, expiries, strikes, tails } = decoded
    assert.equal(expiries[0]?.expiry, 1_790_000_000)
    assert.equal(strikes[0]?.callMark, 5n * 10n ** 20n)
    for (const wrong of [
      { markets: [...markets, ...markets] },
      { chains: [...chains, ...chains] },
      { expiries: [...expiries, ...expiries] },
      { strikes: [...strikes, ...strikes] },
      { tails: [...tails, ...tails] },
      { strikes: strikes.map((row) => ({ ...row, gapRate: 1n })) },
    ]) {
      assert.throws(() => encodeSnapshot({ ...decoded, ...wrong }), InvalidEncodingError)
    }
    assert.throws(() => decodeSnapshot({ ...encoded, set: 6n }), InvalidEncodingError)
    assert.throws(() => decodeSnapshot({ ...encoded, strikes: slice(encoded.strikes, 0, 95) }), InvalidEncodingError)
  })
})

const encodedRow = {
  spot: 1n,
  low: 1n,
  high: 1n,
  ema: 1n,
  perpetualMark: 1n,
  fundingIndex: 0n,
  tokenUnit: 1n,
  lotUnit: 1n,
  scanRange: 1n,
  targetRange: 1n,
  epsilon: 1n,
  linearRelief: 1n,
  haircut: 0n,
  slotCharge: 0n,
  stressGap: 0n,
  deficitLimit: 0n,
  openInterest: 0n,
  openInterestCap: 0n,
  status: 1,
  reduceOnly: false,
}

const SERIES = (1n << 40n) | 1_790_000_000n
const encoded = {
  set: 2n,
  time: 9n,
  markets: [encodedRow],
  chains: [
    {
      referenceSpot: 1n,
      depth: 2n,
      terms: {
        volatilityUp: 1,
        volatilityDown: 2,
        optionMaintenance: 3,
        optionInitial: 4,
        calendar: 5,
        basis: 6,
        basisPerYear: 7,
        offset: 8,
        group: 1,
      },
      fresh: true,
    },
  ],
  expiries: [{ key: SERIES, forward: 1n, moving: 2n, discountedForward: 3n, discountedMoving: 4n, discount: 5n }],
  // Strike 85,000 with 8 decimals, a call worth 500, gap rate of 7 units.
  tails: [{ implied: 1n, impliedInitial: 2n, historical: 3n, historicalInitial: 4n }],
  strikes: encodePacked(
    ['uint256', 'uint256', 'uint256'],
    [
      (((SERIES << 64n) | 8_500_000_000_000n) << 128n) | ((5n * 10n ** 20n) << 40n) | 7n,
      2n ** 255n + 1n,
      2n ** 254n + 1n,
    ],
  ),
}

describe('Deployment', () => {
  const contract = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
  const given = {
    clearinghouse: contract,
    markets: contract,
    vault: contract,
    auction: contract,
    exchange: contract,
    series: contract,
    surfaces: contract,
    settlement: contract,
    surfaceFeed: contract,
    tails: contract,
    historyFeed: contract,
    gateway: contract,
  }

  it('takes what the deploy scripts write and drops the rest', () => {
    assert.deepEqual(parseDeployment({ chainId: 1, usd: contract, ...given }), { chainId: 1, ...given })
  })

  it('names the first wrong field', () => {
    const fieldOf = (value: unknown) => {
      try {
        return parseDeployment(value)
      } catch (error) {
        assert.ok(error instanceof InvalidDeploymentError)
        return error.field
      }
    }
    assert.equal(fieldOf(null), 'description')
    assert.equal(fieldOf({ ...given, chainId: '1' }), 'chainId')
    assert.equal(fieldOf({ ...given, chainId: 1, vault: '0x12' }), 'vault')
    assert.equal(fieldOf({ ...given, chainId: 1, surfaceFeed: undefined }), 'surfaceFeed')
  })
})

describe('Order', () => {
  const order = createOrder({
    accountId: CUSTODY,
    legs: [{ instrument: perpetualOf(1), ratio: -1n }],
    limitPrice: -5n,
    maxFee: 1n,
    units: 3n,
    nonce: 9n,
    expiry: 100,
    tip: undefined,
  })
  const deployment = { chainId: 5, exchange: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' as Hex }

  it('restricts nothing that it does not say', () => {
    assert.deepEqual([order.tip, order.minFill, order.reduceOnly, order.maxSpot], [0n, 1n, false, 2n ** 128n - 1n])
  })

  it('has the type that the exchange hashes', () => {
    const { types, primaryType, domain, message } = orderTypedData(deployment, order)
    const encoded =
      'Order(bytes32 account,OrderLeg[] legs,int256 limitPrice,uint256 maxFee,uint128 units,uint128 minFill,uint256 nonce,' +
      'uint64 epoch,uint40 expiry,bool reduceOnly,address executor,address taker,uint256 tip,bytes32 tipReceiver,uint128 minSpot,' +
      'uint128 maxSpot,bytes32 group,uint128 groupCap)OrderLeg(uint128 instrument,int64 ratio)'
    const list = (name: 'Order' | 'OrderLeg') => types[name].map((field) => `${field.type} ${field.name}`).join()
    assert.equal(keccak256(toHex(`Order(${list('Order')})OrderLeg(${list('OrderLeg')})`)), keccak256(toHex(encoded)))
    assert.equal(hashOrder(deployment, order), hashTypedData({ types, primaryType, domain, message }))
  })

  it('refuses amounts that the exchange cannot take', () => {
    assert.throws(() => hashOrder(deployment, { ...order, units: 2n ** 128n }), OutOfRangeError)
    const legs = [{ instrument: perpetualOf(1), ratio: 2n ** 63n }]
    assert.throws(() => hashOrder(deployment, { ...order, legs }), OutOfRangeError)
  })
})
