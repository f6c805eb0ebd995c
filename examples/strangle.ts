/** Buys a strangle from two makers who quote one leg each, and hedges its delta with perpetuals, all in one transaction. */
import { callOf, type Position, perpetualOf, putOf } from '@plimsoll/sdk'
import { formatUnits } from 'viem'
import { BTC, type Offer, type Say, type Trader, usd, WAD, type World } from './world.ts'

/** Lots of 0.0001 BTC. */
const UNITS = 10_000n

export type StrangleOutcome = {
  readonly positions: readonly Position[]
  /** Of the options: lots of bitcoin that they move like. */
  readonly delta: bigint
}

export async function strangle(world: World, say: Say): Promise<StrangleOutcome> {
  const [alice, first, second] = [
    await world.trader('alice'),
    await world.trader('first maker'),
    await world.trader('second maker'),
  ]
  const call = callOf(BTC, world.expiry, 47_000n * 10n ** 8n)
  const put = putOf(BTC, world.expiry, 39_000n * 10n ** 8n)
  say('Two makers quote: one the call at 47,000, the other the put at 39,000, each 1 % above mark.')
  const options = [await world.offer(first, call, UNITS, 101n), await world.offer(second, put, UNITS, 101n)]

  const quotes = [
    await alice.client.getOptionQuote({ instrument: call }),
    await alice.client.getOptionQuote({ instrument: put }),
  ]
  const delta = (UNITS * quotes.reduce((sum, quote) => sum + quote.delta, 0n)) / WAD
  say(`The strangle moves like ${formatUnits(delta, 4)} BTC: the first maker also trades that as perpetuals, at mark.`)
  const hedge = await world.offer(first, perpetualOf(BTC), -delta, 100n)

  await take(world, alice, [...options, hedge], say)
  const { portfolio } = await alice.client.getAccount({ accountId: alice.accountId })
  const { equity, initial } = await alice.client.getAssessment({ accountId: alice.accountId })
  say(
    `She holds ${portfolio.positions.length} positions, has ${usd(equity)} USD of equity and needs ${usd(initial)} USD.`,
  )
  return { positions: portfolio.positions, delta }
}

/** Takes all offers in one batch. */
async function take(world: World, taker: Trader, offers: readonly Offer[], say: Say): Promise<void> {
  const { accountId, client } = taker
  const fills = await Promise.all(offers.map((offer) => world.fill(taker, offer)))
  const { flows } = await client.simulateSettle({ fills })
  const { cash = 0n, fees = 0n } = flows.find((flow) => flow.accountId === accountId) ?? {}
  say(
    `Alice takes all three at once for ${usd(-cash)} USD, what the hedge brings taken off, and ${usd(fees)} USD of fees.`,
  )
  await world.mined(client.settle({ fills }))
}
