import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createOrder,
  encodeAccountId,
  type Leg,
  linearSnapshot,
  orderIssues,
  type Portfolio,
  perpetualOf,
} from '@plimsoll/sdk'
import fc from 'fast-check'
import { maxUint128, zeroAddress, zeroHash } from 'viem'
import { type ChainState, slotKey } from '../src/chain/view.ts'
import { Judge } from '../src/desk/judge.ts'
import { Ledger } from '../src/desk/ledger.ts'

const SEED = 20_261_121
const ACCOUNT = encodeAccountId({ owner: '0x00000000000000000000000000000000000000a1' })
const UNDERLYINGS = [1, 2] as const

function orderOf(legs: readonly Leg[]) {
  const terms = { limitPrice: 0n, maxFee: maxUint128, units: 1_000n, nonce: 1n, expiry: 2_000, reduceOnly: true }
  return createOrder({ accountId: ACCOUNT, legs, ...terms })
}

/** Of an account that holds `portfolio`, without pending matches. */
function judgeOf(order: ReturnType<typeof orderOf>, portfolio: Portfolio): Judge {
  const state: ChainState = {
    head: { number: 1n, hash: zeroHash, timestamp: 1_000n, baseFee: 0n },
    snapshot: linearSnapshot([]),
    instruments: new Map(),
    accounts: new Map([[ACCOUNT, { portfolio, epoch: 0n, reduceOnly: false }]]),
    filled: new Map([[slotKey(order), 0n]]),
    grouped: new Map(),
    signers: new Map(),
  }
  return new Judge({ state: () => state, ledger: new Ledger(), executor: zeroAddress, expiryMarginSeconds: 0 })
}

describe('what a reduce-only order may still trade', () => {
  const leg = fc.record({
    instrument: fc.constantFrom(...UNDERLYINGS.map((underlying) => perpetualOf(underlying))),
    ratio: fc.constantFrom(-1n, -1n, -2n, 1n),
  })
  const lots = fc.bigInt(-4n, 20n)

  it('is the most that the exchange takes, of positions that it names more than once too', () => {
    let count = 0
    fc.assert(
      fc.property(fc.array(leg, { minLength: 1, maxLength: 4 }), lots, lots, (legs, first, second) => {
        const order = orderOf(legs)
        const positions = [first, second].map((held, at) => ({ instrument: perpetualOf(at + 1), lots: held }))
        const judge = judgeOf(order, { mode: 'cross', cash: 0n, positions })
        const claim = { order, key: undefined }
        const facts = judge.facts(claim) ?? assert.fail('unknown state')
        const isReducing = (units: bigint) =>
          orderIssues({ order, units }, facts).every(({ error }) => error !== 'NotReducing')
        const most = judge.reducible(claim)
        if (most > 0n) count += 1
        assert.ok(most === 0n || isReducing(most))
        assert.ok(!isReducing(most + 1n))
      }),
      { seed: SEED, numRuns: 1_000 },
    )
    assert.ok(count > 100)
  })
})
