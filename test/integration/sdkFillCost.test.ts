import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { parseEventLogs, type TransactionReceipt, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import {
  type AccountId,
  callOf,
  clearinghouseAbi,
  exchangeAbi,
  type FillPart,
  fillCost,
  futureOf,
  type Instrument,
  KINDS,
  type Leg,
  type Order,
  oppositeLegs,
  orderTypedData,
  perpetualOf,
  putOf,
  quoteStructure,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, ETH, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const SEED = 0x636f7374
const RUNS = 60
/** `Reason` of a move. */
const FEE = 3
const TIP = 4
/** Of every trader: it signs all orders, so that the exchange says what each trade loses. */
const KEY = privateKeyToAccount(toHex(0x6b6579n, { size: 32 }))

const fills = fc.record({
  legs: fc.uniqueArray(fc.tuple(fc.nat(5), fc.constantFrom(1n, -1n, 2n, -3n)), {
    minLength: 1,
    maxLength: 4,
    selector: ([index]) => index,
  }),
  units: fc.bigInt(1n, 60n),
  /** Of the net mark, USD per unit; the odd wei shows the rounding. */
  overMark: fc.bigInt(-WAD / 10n, WAD / 10n),
  tips: fc.tuple(fc.bigInt(0n, WAD / 100n), fc.constantFrom(0n, 1n, WAD / 300n)),
  seconds: fc.integer({ min: 1, max: 20 }),
})
type Drawn = typeof fills extends fc.Arbitrary<infer T> ? T : never

describe('what the SDK says that a fill costs', () => {
  let world: SdkWorld
  let maker: Trader
  let taker: Trader
  let relayer: Trader
  let instruments: Instrument[]

  before(async () => {
    world = await createSdkWorld()
    ;[maker, taker] = await world.createTraders(['maker', 'taker'], 500_000n)
    ;[relayer] = await world.createTraders(['relayer'], 0n)
    await world.setPremium(BTC, 5_000n * 10n ** 12n) // so that there is funding to settle
    await world.push(BTC, 40_000n, 3_600)
    await world.push(ETH, 3_000n)
    for (const underlying of [BTC, ETH]) await world.postSurface(underlying, (8n * WAD) / 10n)
    const [near = 0, , month = 0] = world.expiries
    const at = (strike: bigint) => strike * 10n ** 8n
    const options = [callOf(BTC, month, at(42_000n)), putOf(BTC, near, at(36_000n)), callOf(ETH, near, at(3_100n))]
    instruments = [perpetualOf(BTC), perpetualOf(ETH), futureOf(BTC, month), ...options]
    for (const trader of [maker, taker]) {
      const { accountId, client } = trader
      const terms = { expiry: near + 10 ** 6, kinds: KINDS, underlyings: [BTC, ETH], dailyLoss: 100_000n * WAD }
      await world.mine(client.setSessionKey({ accountId, key: KEY.address, terms }))
    }
  })

  const sign = (order: Order) => KEY.signTypedData(orderTypedData(world.deployment, order))

  /** Both sides of the fill that settled, and its receipt. */
  async function settle({ legs: drawn, units, overMark, tips, seconds }: Drawn) {
    const legs: Leg[] = drawn.map(([index, ratio]) => ({ instrument: instruments[index] ?? assert.fail(), ratio }))
    const held = legs.map(({ instrument }) => instrument)
    const price = quoteStructure(await maker.client.getMatrix({ instruments: held }), legs).mark + overMark
    const a = await world.order(maker, 1n, { legs, limitPrice: price, tip: tips[0] })
    const b = await world.order(taker, 1n, { legs: oppositeLegs(legs), limitPrice: -price, tip: tips[1] })
    const [makerSignature, takerSignature] = [await sign(a), await sign(b)]
    await world.networkHelpers.time.increase(seconds)
    const fill = { maker: a, makerSignature, taker: b, takerSignature, units }
    const receipt = await world.mine(relayer.client.settle({ fills: [fill] }))
    const snapshot = await maker.client.getMatrix({ instruments: held, blockNumber: receipt.blockNumber })
    const parts: FillPart[] = [
      { order: a, role: 'maker', units, price },
      { order: b, role: 'taker', units, price: -price },
    ]
    return { receipt, costs: parts.map((part) => ({ account: part.order.accountId, ...fillCost(snapshot, part) })) }
  }

  function movedFor({ logs }: TransactionReceipt, account: AccountId, reason: number): bigint {
    const moves = parseEventLogs({ abi: clearinghouseAbi, eventName: 'Moved', logs })
    const own = moves.filter(({ args }) => args.from === account && args.reason === reason)
    return own.reduce((sum, { args }) => sum + args.cash, 0n)
  }

  function lossOf({ logs }: TransactionReceipt, account: AccountId): bigint {
    const losses = parseEventLogs({ abi: exchangeAbi, eventName: 'SessionKeyLost', logs })
    return losses.find(({ args }) => args.account === account)?.args.loss ?? 0n
  }

  it('is to the wei what the chain moves and counts, for structures of all kinds', async () => {
    const seen = { funded: 0, options: 0, lost: 0, tipped: 0 }
    const property = async (drawn: Drawn) => {
      const { receipt, costs } = await settle(drawn)
      const [filled] = parseEventLogs({ abi: exchangeAbi, eventName: 'Filled', logs: receipt.logs })
      assert.ok(filled)
      const { cash, price, units } = filled.args
      assert.deepEqual(
        costs.map((cost) => cost.cash),
        [cash, -cash],
      )
      for (const { account, fee, tip, loss } of costs) {
        assert.equal(fee, movedFor(receipt, account, FEE))
        assert.equal(tip, movedFor(receipt, account, TIP))
        assert.equal(loss, lossOf(receipt, account))
        if (tip > 0n) seen.tipped += 1
        if (loss > fee + tip) seen.lost += 1
      }
      if (cash !== price * units) seen.funded += 1
      if (drawn.legs.some(([index]) => index > 2)) seen.options += 1
    }
    await fc.assert(fc.asyncProperty(fills, property), { seed: SEED, numRuns: RUNS, endOnFailure: true })
    for (const [what, count] of Object.entries(seen)) assert.ok(count > RUNS / 4, `${what}: ${count}`)
  })
})
