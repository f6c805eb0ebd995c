/** An iron condor by request for quote: four legs, one net price, two makers compete, the matcher settles. */
import { callOf, type Leg, oppositeLegs, type Position, putOf } from '@plimsoll/sdk'
import { wireOrder } from '../matcher/src/index.ts'
import { accepted } from '../scripts/matcher/local.ts'
import { BTC, type Say, type Trader, usd, type World } from './world.ts'

/** Lots of 0.0001 BTC of each leg. */
const UNITS = 5_000n

export type CondorOutcome = {
  /** USD per lot that the makers asked for, best first. */
  readonly quotes: readonly bigint[]
  readonly positions: readonly Position[]
}

type Request = { readonly quotes: readonly { readonly hash: string; readonly price: string }[] }

export async function condor(world: World, say: Say): Promise<CondorOutcome> {
  const [alice, first, second] = [
    await world.trader('alice with a condor'),
    await world.trader('first maker'),
    await world.trader('second maker'),
  ]
  const legs = [
    { instrument: putOf(BTC, world.expiry, 36_000n * 10n ** 8n), ratio: 1n },
    { instrument: putOf(BTC, world.expiry, 39_000n * 10n ** 8n), ratio: -1n },
    { instrument: callOf(BTC, world.expiry, 47_000n * 10n ** 8n), ratio: -1n },
    { instrument: callOf(BTC, world.expiry, 50_000n * 10n ** 8n), ratio: 1n },
  ]
  const mark = await world.mark(alice, legs)
  const matcher = await world.startMatcher()
  say(
    `A condor, short the inner strikes, is worth ${usd(mark, 4)} USD a lot at mark. Alice asks the matcher for quotes.`,
  )
  const own = await signed(world, alice, legs, mark + 10n ** 16n)
  const { id } = await accepted(matcher.ask({ legs, units: UNITS }))

  const opposite = oppositeLegs(legs)
  for (const [index, maker] of [first, second].entries()) {
    const edge = BigInt(3 - index) * 10n ** 15n // the second is better
    await accepted(matcher.post(`/requests/${id}/quotes`, await signed(world, maker, opposite, -(mark + edge))))
  }
  const { quotes } = await matcher.get<Request>(`/requests/${id}`)
  say(`Two makers quote: ${quotes.map(({ price }) => usd(BigInt(price), 4)).join(' and ')} USD a lot.`)

  await accepted(matcher.post(`/requests/${id}/pick`, { ...own, quote: quotes[0]?.hash }))
  say('She picks the best with a signed order. The matcher settles both in a batch: four legs, one net price.')
  await matcher.until(async () => (await matcher.health()).pending === 0)
  const { positions } = (await alice.client.getAccount({ accountId: alice.accountId })).portfolio
  say(`She holds ${positions.length} legs of ${UNITS} lots.`)
  return { quotes: quotes.map(({ price }) => BigInt(price)), positions }
}

async function signed(world: World, trader: Trader, legs: readonly Leg[], limitPrice: bigint) {
  const order = await world.order(trader, { legs, limitPrice, units: UNITS })
  return { order: wireOrder(order, world.market.service.symbols), signature: await trader.client.signOrder({ order }) }
}
