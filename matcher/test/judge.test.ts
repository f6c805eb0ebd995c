import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createOrder, encodeAccountId, isCancelled, linearSnapshot, perpetualOf, unitsLeft } from '@plimsoll/sdk'
import fc from 'fast-check'
import { type Hex, maxUint128, toHex, zeroAddress, zeroHash } from 'viem'
import { type ChainState, groupKey, slotKey } from '../src/chain/view.ts'
import { Judge } from '../src/desk/judge.ts'
import { Ledger } from '../src/desk/ledger.ts'
import { liveOrder } from '../src/desk/liveOrder.ts'

const SEED = 20_261_121
const UNITS = 100n

const orderWith = (seq: number, group: Hex = zeroHash) => {
  const order = createOrder({
    accountId: encodeAccountId({ owner: toHex(BigInt(seq), { size: 20 }) }),
    legs: [{ instrument: perpetualOf(1), ratio: seq === 1 ? 1n : -1n }],
    limitPrice: 1n,
    maxFee: maxUint128,
    units: UNITS,
    nonce: 1n,
    expiry: 1_000,
    group,
    groupCap: UNITS,
  })
  return liveOrder({ hash: toHex(seq, { size: 32 }), order, key: undefined, signature: '0x', kind: 'order' }, seq)
}

const units = fc.bigInt({ min: 0n, max: UNITS })
const used = fc.oneof(units, fc.constant(maxUint128))

describe('what is used of an order', () => {
  it('is what the chain and pending matches have together, but stays void when it was cancelled', () => {
    fc.assert(
      fc.property(used, used, fc.bigInt({ min: 1n, max: UNITS }), (filled, grouped, pending) => {
        const [maker, taker] = [orderWith(1, toHex(7, { size: 32 })), orderWith(2)]
        const { order } = maker
        const portfolio = { mode: 'cross', cash: 0n, positions: [] } as const
        const state: ChainState = {
          head: { number: 1n, hash: zeroHash, timestamp: 1n, baseFee: 0n },
          snapshot: linearSnapshot([]),
          instruments: new Map(),
          accounts: new Map([[order.accountId, { portfolio, reduceOnly: false, epoch: 0n }]]),
          filled: new Map([[slotKey(order), filled]]),
          grouped: new Map([[groupKey(order), grouped]]),
          signers: new Map(),
        }
        const ledger = new Ledger()
        const cash = { makerCash: 0n, takerCash: 0n }
        const rest = { at: 0, status: 'matched', batch: undefined, reason: undefined } as const
        ledger.add({ id: 1, maker, taker, units: pending, ...cash, ...rest })
        const judge = new Judge({ state: () => state, ledger, executor: zeroAddress, expiryMarginSeconds: 0 })
        const facts = judge.facts(maker) ?? assert.fail('no facts')
        const isVoid = filled === maxUint128 || grouped === maxUint128
        assert.equal(isCancelled(order, facts), isVoid)
        assert.equal(judge.voidOf(maker), isVoid ? 'OrderCancelled' : undefined)
        const lefts = [0n, UNITS - filled - pending, UNITS - grouped - pending]
        const [, least] = lefts.toSorted((a, b) => Number(a - b))
        assert.equal(unitsLeft(order, facts), lefts.some((left) => left < 0n) ? 0n : least)
      }),
      { seed: SEED, numRuns: 300 },
    )
  })
})
