/** `bench matcher`: orders a second that a matcher accepts, matches a second that it makes and settles, and its latency. */
import { perpetualOf } from '@plimsoll/sdk'
import { Market } from '../../scripts/matcher/market.ts'
import type { SignedBody } from '../../scripts/matcher/service.ts'

/** docs/schemas/bench-matcher.json. Latencies in milliseconds, from request to answer. */
export type MatcherTable = {
  /** Requests at a time. */
  readonly connections: number
  readonly blockMs: number
  /** Orders that rest. */
  readonly resting: Load
  /** Orders that trade at once with one that rests. */
  readonly crossing: Load
  readonly matches: number
  readonly matchesPerSecond: number
  /** From the first crossing order to the block with the last fill. */
  readonly settledPerSecond: number
  readonly fillsPerTransaction: number
}

type Load = {
  readonly orders: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export type MatcherOptions = { readonly orders: number; readonly connections: number; readonly blockMs: number }

const TRADERS = 20
/** USD per lot of 0.0001 BTC at the first price. */
const LOT_PRICE = 43n * 10n ** 17n
const TICK = 10n ** 15n
const LEVELS = 50n

export async function measureMatcher(options: MatcherOptions, progress: (step: string) => void): Promise<MatcherTable> {
  const { orders, connections, blockMs } = options
  progress('chain and traders')
  const market = await Market.create({ traders: TRADERS, blockMs })
  try {
    progress(`${2 * orders} signatures`)
    const sells = await signed(market, orders, -1n)
    const buys = await signed(market, orders, 1n)
    await market.open()
    progress(`${orders} orders that rest`)
    const resting = await load(market, sells, connections)
    progress(`${orders} orders that trade`)
    const start = performance.now()
    const crossing = await load(market, buys, connections)
    const made = matchesOf(market, 'matched')
    const makingSeconds = (performance.now() - start) / 1_000
    progress('settlement')
    await market.service.until(async () => (await market.service.health()).pending === 0)
    const settlingSeconds = (performance.now() - start) / 1_000
    return {
      connections,
      blockMs,
      resting,
      crossing,
      matches: made,
      matchesPerSecond: made / makingSeconds,
      settledPerSecond: matchesOf(market, 'settled') / settlingSeconds,
      fillsPerTransaction: await meanBatch(market),
    }
  } finally {
    await market.close()
  }
}

/** Sellers ask at and above the price, buyers bid so much that each meets one of them. */
function signed(market: Market, count: number, ratio: 1n | -1n): Promise<SignedBody[]> {
  const orders = Array.from({ length: count }, (_, i) => {
    const trader = market.traders[(i + (ratio > 0n ? 1 : 0)) % TRADERS]
    if (!trader) throw new RangeError(`There is no trader ${i}.`)
    const price = ratio > 0n ? LOT_PRICE + LEVELS * TICK : LOT_PRICE + (BigInt(i) % LEVELS) * TICK
    return market.sign(trader, { legs: [{ instrument: perpetualOf(1), ratio }], limitPrice: ratio * price, units: 10n })
  })
  return Promise.all(orders)
}

class NotAcceptedError extends Error {
  readonly code = 'NOT_ACCEPTED'
  constructor(status: number, body: unknown) {
    super(`The matcher answered ${status}: ${JSON.stringify(body)}. The measurement needs every order accepted.`)
    this.name = 'NotAcceptedError'
  }
}

async function load(market: Market, bodies: readonly SignedBody[], connections: number): Promise<Load> {
  const waiting = bodies.values()
  const latencies: number[] = []
  const work = async () => {
    for (const body of waiting) {
      const start = performance.now()
      const answer = await market.service.post('/orders', body)
      latencies.push(performance.now() - start)
      if (answer.status !== 201) throw new NotAcceptedError(answer.status, answer.body)
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: connections }, work))
  const seconds = (performance.now() - start) / 1_000
  latencies.sort((a, b) => a - b)
  const quantile = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0
  return { orders: bodies.length, perSecond: bodies.length / seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) }
}

function matchesOf(market: Market, status: string): number {
  return market.service.out.split('\n').filter((line) => line.includes(`"status":"${status}"`)).length
}

/** Fills per transaction that was sent. */
async function meanBatch(market: Market): Promise<number> {
  const text = await (await fetch(`${market.service.url}/metrics`)).text()
  const value = (name: string) =>
    Number(new RegExp(`^plimsoll_matcher_batch_fills_${name}\\{.*\\} (\\S+)$`, 'm').exec(text)?.[1])
  return value('sum') / value('count')
}

/** Rows of a table: what was measured, and the figure with its unit. */
export function matcherRows(table: MatcherTable): [string, string][] {
  const { resting, crossing, connections, blockMs } = table
  const rate = (perSecond: number) => `${perSecond.toFixed(0)} /s`
  const ms = (value: number) => `${value.toFixed(1)} ms`
  return [
    ['requests at a time', String(connections)],
    ['block every', `${blockMs} ms`],
    ['orders accepted that rest', rate(resting.perSecond)],
    ['  latency, median', ms(resting.p50Ms)],
    ['  latency, 99 %', ms(resting.p99Ms)],
    ['orders accepted that trade at once', rate(crossing.perSecond)],
    ['  latency, median', ms(crossing.p50Ms)],
    ['  latency, 99 %', ms(crossing.p99Ms)],
    ['matches made', rate(table.matchesPerSecond)],
    ['matches settled on the chain', rate(table.settledPerSecond)],
    ['fills per transaction', table.fillsPerTransaction.toFixed(1)],
  ]
}
