import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { maxUint128 } from 'viem'
import {
  createOrder,
  encodeAccountId,
  encodeOrder,
  type Instrument,
  isSameInstrument,
  type Leg,
  type OrderFacts,
  OutOfRangeError,
  orderIssues,
  type Position,
  perpetualOf,
  spotOf,
} from '../src/index.ts'
import { BTC_SNAPSHOT } from './markets.ts'

const SEED = 20_261_121
const INSTRUMENTS = [perpetualOf(1), spotOf(1)] as const

const order = createOrder({
  accountId: encodeAccountId({ owner: '0x00000000000000000000000000000000000000a1' }),
  legs: [{ instrument: perpetualOf(1), ratio: 1n }],
  limitPrice: 0n,
  maxFee: maxUint128,
  units: 1_000n,
  nonce: 1n,
  expiry: 2_000,
  reduceOnly: true,
})

function factsWith(positions: readonly Position[]): OrderFacts {
  const portfolio = { mode: 'cross', cash: 0n, positions } as const
  return { timestamp: 1_000n, filled: 0n, grouped: 0n, epoch: 0n, snapshot: BTC_SNAPSHOT, unquoted: [], portfolio }
}

const issuesOf = (legs: readonly Leg[], units: bigint, positions: readonly Position[]) =>
  orderIssues({ order: { ...order, legs }, units }, factsWith(positions))

/** Whether one leg after the other brings its position nearer to 0 and not past it. */
function closesStepByStep(legs: readonly Leg[], units: bigint, positions: readonly Position[]): boolean {
  const lots = new Map<Instrument, bigint>()
  for (const instrument of INSTRUMENTS) {
    lots.set(instrument, positions.find((held) => isSameInstrument(held.instrument, instrument))?.lots ?? 0n)
  }
  return legs.every(({ instrument, ratio }) => {
    const held = lots.get(instrument) ?? 0n
    const after = held + ratio * units
    lots.set(instrument, after)
    const isNearer = after * after < held * held
    return isNearer && after * held >= 0n
  })
}

describe('a reduce-only order', () => {
  const leg = fc.record({ instrument: fc.constantFrom(...INSTRUMENTS), ratio: fc.constantFrom(1n, -1n, 2n, -3n) })
  const lots = fc.bigInt(-12n, 12n)

  it('is refused exactly when one of its legs, after those before it, opens or turns a position', () => {
    const seen = { passes: 0, refused: 0 }
    const drawn = fc.tuple(fc.array(leg, { minLength: 1, maxLength: 3 }), fc.bigInt(1n, 6n), lots, lots)
    fc.assert(
      fc.property(drawn, ([legs, units, perpetual, spot]) => {
        const positions = INSTRUMENTS.map((instrument, index) => ({ instrument, lots: index === 0 ? perpetual : spot }))
        const issues = issuesOf(legs, units, positions)
        const passes = closesStepByStep(legs, units, positions)
        seen[passes ? 'passes' : 'refused'] += 1
        assert.equal(issues.length === 0, passes)
        assert.ok(issues.every(({ error }) => error === 'NotReducing'))
      }),
      { seed: SEED, numRuns: 3_000 },
    )
    assert.ok(seen.passes > 100 && seen.refused > 100)
  })

  it('counts a position once that it names twice', () => {
    const instrument = perpetualOf(1)
    const twice = [
      { instrument, ratio: -1n },
      { instrument, ratio: -1n },
    ]
    const held = [{ instrument, lots: 10n }]
    assert.deepEqual(issuesOf(twice, 5n, held), [])
    assert.deepEqual(issuesOf(twice, 10n, held), [{ error: 'NotReducing', instrument, held: 0n, change: -10n }])
  })
})

describe('an order for the exchange', () => {
  it('has amounts that its words can hold', () => {
    const bits = {
      ...{ maxFee: 256, units: 128, minFill: 128, nonce: 256, epoch: 64 },
      ...{ tip: 256, minSpot: 128, maxSpot: 128, groupCap: 128 },
    }
    for (const [name, size] of Object.entries(bits)) {
      const most = 2n ** BigInt(size) - 1n
      assert.equal(Object.entries(encodeOrder({ ...order, [name]: most })).find(([key]) => key === name)?.[1], most)
      for (const value of [most + 1n, -1n]) {
        assert.throws(() => encodeOrder({ ...order, [name]: value }), OutOfRangeError, name)
      }
    }
    for (const limitPrice of [2n ** 255n, -(2n ** 255n) - 1n]) {
      assert.throws(() => encodeOrder({ ...order, limitPrice }), OutOfRangeError)
    }
    for (const expiry of [2 ** 40, -1, 1.5, Number.NaN]) {
      assert.throws(() => encodeOrder({ ...order, expiry }), OutOfRangeError)
    }
    assert.equal(encodeOrder({ ...order, expiry: 2 ** 40 - 1 }).expiry, 2 ** 40 - 1)
  })
})
