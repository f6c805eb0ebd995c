/** Deposits bitcoin and sells a call on it to a maker's bid, in one transaction, with an account that holds nothing before. */
import { callOf, encodeDepositWithPermit, encodeSettle, type Portfolio } from '@plimsoll/sdk'
import { BTC, type Say, usd, type World } from './world.ts'

/** One bitcoin: token units, and lots of 0.0001. */
const TOKENS = 10n ** 8n
const UNITS = 10_000n

export type CoveredCallOutcome = {
  readonly portfolio: Portfolio
  /** USD that the call brought, fees paid. */
  readonly premium: bigint
}

export async function coveredCall(world: World, say: Say): Promise<CoveredCallOutcome> {
  const maker = await world.trader('maker')
  const alice = await world.trader('alice with a bitcoin', 0n)
  const { accountId } = alice
  await world.mint(alice, BTC, TOKENS)

  const bid = await world.offer(maker, callOf(BTC, world.expiry, 47_000n * 10n ** 8n), -UNITS, 99n)
  say(`A maker bids ${usd(bid.maker.limitPrice * UNITS)} USD for a call on one bitcoin at 47,000, 30 days.`)

  const deadline = BigInt(await world.now()) + 600n
  const permit = await alice.client.signPermit({ asset: BTC, amount: TOKENS, deadline })
  say('Alice, whose account is empty, sends one transaction: permit, deposit of her bitcoin, sale of the call.')
  const calls = [
    encodeDepositWithPermit({ accountId, asset: BTC, amount: TOKENS }, permit),
    encodeSettle([await world.fill(alice, bid)]), // her part needs no signature: she sends it
  ]
  await world.mined(alice.client.multicall({ calls }))

  const { portfolio } = await alice.client.getAccount({ accountId })
  const { equity, initial } = await alice.client.getAssessment({ accountId })
  say(`She holds the bitcoin, is short the call, and has ${usd(portfolio.cash)} USD of premium after fees.`)
  say(`Her account is worth ${usd(equity)} USD and needs ${usd(initial)} USD.`)
  return { portfolio, premium: portfolio.cash }
}
