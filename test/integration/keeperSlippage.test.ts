import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { markOf, WAD } from '@plimsoll/sdk'
import { slippageOf } from '../../keeper/src/takeover.ts'
import { BTC_MARKET } from '../../sdk/test/markets.ts'
import { btcOption, btcSnapshot, PERPETUAL } from '../../sdk/test/optionMarkets.ts'

/** 2 % of the mark and 3 basis points of spot. */
const POLICY = { optionSpread: WAD / 50n, optionTick: (3n * WAD) / 10_000n }
const LOTS = 10_000n // a coin

describe('what a keeper pays to get rid of options', () => {
  const snapshot = btcSnapshot([20_000n, 40_000n, 60_000n].map((strike) => btcOption('call', strike)))
  const cost = (kind: 'call' | 'put', strike: bigint, lots = LOTS) =>
    slippageOf([{ instrument: btcOption(kind, strike), lots }], snapshot, POLICY)

  it('is the spread on the mark and the tick on spot, long or short', () => {
    const perUnit = (markOf(snapshot, btcOption('call', 60_000n)) + (BTC_MARKET.spot * 3n) / 200n) / 50n
    const difference = cost('call', 60_000n) - perUnit
    assert.ok(difference >= 0n && difference <= 10n, `${difference} units of 1e-18 above`)
    assert.equal(cost('call', 60_000n, -LOTS), cost('call', 60_000n))
  })

  it('is for a deep option that of the other one of its strike: the rest is a forward', () => {
    assert.equal(cost('put', 60_000n), cost('call', 60_000n))
    assert.equal(cost('call', 20_000n), cost('put', 20_000n))
    assert.ok(cost('call', 20_000n) < cost('call', 40_000n))
  })

  it('is nothing for linear positions', () => {
    assert.equal(slippageOf([{ instrument: PERPETUAL, lots: LOTS }], snapshot, POLICY), 0n)
  })
})
