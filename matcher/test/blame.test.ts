import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  BadSignatureError,
  createOrder,
  encodeAccountId,
  encodeInstrumentId,
  GroupCapExceededError,
  InstrumentNotListedError,
  InsufficientMarginError,
  LossAboveBudgetError,
  MarkNotLiveError,
  NegativeCollateralError,
  NewRiskRefusedError,
  OrderCancelledError,
  OutOfScopeError,
  OverFilledError,
  type PlimsollError,
  PricesDoNotCrossError,
  perpetualOf,
  SurfaceStaleError,
} from '@plimsoll/sdk'
import fc from 'fast-check'
import { type Address, type Hex, maxUint128, toHex } from 'viem'
import { type LiveOrder, liveOrder, type Match } from '../src/desk/liveOrder.ts'
import { failureOfSkip, failuresOf, failuresOfBatch } from '../src/settlement/blame.ts'

const SEED = 20_261_121
const GROUPS = [1n, 2n].map((id) => toHex(id, { size: 32 }))
const KEYS: (Address | undefined)[] = [undefined, ...[7n, 8n].map((id) => toHex(id, { size: 20 }))]

const traits = fc.record({
  account: fc.constantFrom(1n, 2n, 3n),
  key: fc.constantFrom(...KEYS),
  group: fc.constantFrom(...GROUPS),
  underlying: fc.constantFrom(1, 2),
})
type Traits = typeof traits extends fc.Arbitrary<infer value> ? value : never

const accountOf = (id: bigint) => encodeAccountId({ owner: toHex(id, { size: 20 }) })
const instrumentOf = (underlying: number) => encodeInstrumentId(perpetualOf(underlying))

function orderWith({ account, key, group, underlying }: Traits, seq: number) {
  const order = createOrder({
    accountId: accountOf(account),
    legs: [{ instrument: perpetualOf(underlying), ratio: 1n }],
    limitPrice: 1n,
    maxFee: maxUint128,
    units: 1n,
    nonce: BigInt(seq),
    expiry: 1,
    group,
  })
  return liveOrder({ hash: toHex(seq, { size: 32 }), order, key, signature: '0x', kind: 'order' }, seq)
}

const matches = fc.array(fc.tuple(traits, traits), { maxLength: 12 }).map((pairs) =>
  pairs.map(([maker, taker], id): Match => {
    const sides = { maker: orderWith(maker, 2 * id), taker: orderWith(taker, 2 * id + 1) }
    const amounts = { units: 1n, makerCash: 0n, takerCash: 0n }
    return { id, ...sides, ...amounts, at: 0, status: 'matched', batch: undefined, reason: undefined }
  }),
)

/** Orders against which some failure is, by hash. */
const blamed = (error: PlimsollError, all: readonly Match[]) =>
  failuresOf(error, all).flatMap(({ against }) => (against === 'unknown' ? [] : against.map(({ hash }) => hash)))

describe('blame for a batch that reverts', () => {
  it('falls on every order to which all applies that the error names, and on no other', () => {
    fc.assert(
      fc.property(matches, traits, fc.nat(23), (all, named, seq) => {
        const account = accountOf(named.account)
        const key = named.key ?? toHex(9n, { size: 20 })
        const instrument = instrumentOf(named.underlying)
        const orderHash = toHex(seq, { size: 32 })
        const orders = all.flatMap(({ maker, taker }) => [maker, taker])
        const ofAccount = orders.filter(({ order }) => order.accountId === account)
        const trades = ({ order }: (typeof orders)[number]) => order.legs[0]?.instrument.underlying === named.underlying
        const expected: [PlimsollError, typeof orders][] = [
          [new OrderCancelledError({ orderHash }), orders.filter(({ hash }) => hash === orderHash)],
          [new InsufficientMarginError({ account, equity: 1n, initial: 2n, maintenance: 1n }), ofAccount],
          [
            new OutOfScopeError({ account, key, instrument }),
            ofAccount.filter((live) => live.key === key).filter(trades),
          ],
          [new NegativeCollateralError({ account, instrument, lots: -1n }), ofAccount.filter(trades)],
          [new InstrumentNotListedError({ instrument }), orders.filter(trades)],
          [new PricesDoNotCrossError({ makerLimit: 1n, takerLimit: -2n }), []],
        ]
        for (const [error, wanted] of expected) {
          assert.deepEqual(
            blamed(error, all),
            wanted.map(({ hash }) => hash),
            error.name,
          )
        }
      }),
      { seed: SEED, numRuns: 300 },
    )
  })
})

describe('a batch that asks too much of an account', () => {
  it('loses all matches that the error names but the oldest, and their orders are judged again', () => {
    fc.assert(
      fc.property(matches, traits, (all, { account: id, key = toHex(9n, { size: 20 }), group, underlying }) => {
        const account = accountOf(id)
        const risk = { status: 1, reduceOnly: false, openInterest: 1n, cap: 1n }
        const trades = ({ order }: LiveOrder) => order.legs[0]?.instrument.underlying === underlying
        const cases: [PlimsollError, (live: LiveOrder) => boolean][] = [
          [new GroupCapExceededError({ account, group, wanted: 2n, left: 1n }), ({ order }) => order.group === group],
          [new LossAboveBudgetError({ account, key, loss: 2n, left: 1n }), (live) => live.key === key],
          [
            new MarkNotLiveError({ account, key, underlying: BigInt(underlying) }),
            (it) => it.key === key && trades(it),
          ],
          [new NewRiskRefusedError({ account, underlying: BigInt(underlying), ...risk }), trades],
          [new SurfaceStaleError({ account, underlying: BigInt(underlying) }), trades],
        ]
        for (const [error, applies] of cases) {
          const isNamed = (live: LiveOrder) => live.order.accountId === account && applies(live)
          const named = all.filter(({ maker, taker }) => isNamed(maker) || isNamed(taker))
          const expected = named.length > 1 ? named.slice(1) : named
          const failures = failuresOf(error, all)
          assert.deepEqual(
            failures.map(({ match, against }) => [match.id, against]),
            expected.map(({ id: matchId }) => [matchId, []]),
            error.name,
          )
        }
      }),
      { seed: SEED, numRuns: 300 },
    )
  })
})

describe('blame for a batch that reverted in a block', () => {
  const account = accountOf(1n)
  const error = new InsufficientMarginError({ account, equity: 1n, initial: 2n, maintenance: 1n })

  it('falls on the account that the error names, and on nobody else', () => {
    fc.assert(
      fc.property(matches, (all) => {
        const failures = failuresOfBatch(error, all)
        assert.deepEqual(
          failures.map(({ match }) => match),
          all,
        )
        const isNamed = ({ order }: LiveOrder) => order.accountId === account
        const isOne = all.some(({ maker, taker }) => isNamed(maker) || isNamed(taker))
        for (const { match, against } of failures) {
          const named = [match.maker, match.taker].filter(isNamed)
          assert.deepEqual(against, isOne ? named : 'unknown')
        }
      }),
      { seed: SEED, numRuns: 300 },
    )
  })

  it('is unknown without an error', () => {
    fc.assert(
      fc.property(matches, (all) => {
        for (const failure of failuresOfBatch(undefined, all)) {
          assert.deepEqual([failure.reason, failure.against], ['Reverted', 'unknown'])
        }
      }),
      { seed: SEED, numRuns: 50 },
    )
  })
})

describe('blame for a fill that was skipped', () => {
  const [match] =
    fc.sample(
      matches.filter(({ length }) => length > 0),
      { seed: SEED, numRuns: 1 },
    )[0] ?? []
  const { maker } = match ?? assert.fail('no match')
  const againstOf = (error: PlimsollError) => failureOfSkip(error, match ?? assert.fail('no match'))
  const orderHash: Hex = maker.hash

  it('falls on the order that the exchange names', () => {
    const error = new BadSignatureError({ account: maker.order.accountId, orderHash })
    assert.deepEqual(againstOf(error), { match, reason: 'BadSignature', against: [maker] })
  })

  it('falls on nobody when less is left or spot has moved: the order is judged again', () => {
    const error = new OverFilledError({ orderHash, wanted: 2n, left: 1n })
    assert.deepEqual(againstOf(error), { match, reason: 'OverFilled', against: [] })
  })

  it('is unknown for an error that names nobody', () => {
    const error = new PricesDoNotCrossError({ makerLimit: 1n, takerLimit: -2n })
    assert.deepEqual(againstOf(error), { match, reason: 'PricesDoNotCross', against: 'unknown' })
  })
})
