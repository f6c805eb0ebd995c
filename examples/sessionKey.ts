/** A bot with a session key: it trades bitcoin perpetuals for an account, loses what its budget allows, and nothing else. */
import { OrderNotFillableError, perpetualOf, type SessionKey } from '@plimsoll/sdk'
import { BTC, type Say, usd, WAD, type World } from './world.ts'

/** Lots of 0.0001 BTC. */
const UNITS = 1_000n
const FAIR = 43n * 10n ** 17n

export type SessionKeyOutcome = {
  /** USD of its budget that the bot used. */
  readonly spent: bigint
  /** What the exchange says to a trade far from mark, and to any trade after the key was revoked. */
  readonly refusals: readonly (readonly string[])[]
  /** What the account holds at the end. */
  readonly lots: bigint
}

export async function sessionKey(world: World, say: Say): Promise<SessionKeyOutcome> {
  const [alice, maker] = [await world.trader('alice with a bot'), await world.trader('maker')]
  const bot = await world.trader('bot', 0n) // a key with gas money, no more
  const [accountId, key] = [alice.accountId, bot.account.address]

  const terms: SessionKey = {
    expiry: (await world.now()) + 7 * 86_400,
    kinds: ['perpetual'],
    underlyings: [BTC],
    dailyLoss: 100n * WAD,
  }
  await world.mined(alice.client.setSessionKey({ accountId, key, terms }))
  say('Alice lets the bot trade BTC perpetuals for a week and lose 100 USD a day against mark.')

  await take(FAIR + FAIR / 100n)
  const { spent, left } = await alice.client.getSessionKey({ accountId, key })
  say(`The bot buys 0.1 BTC 1 % above mark: ${usd(spent)} USD of its budget are used, ${usd(left)} are left.`)

  const beyond = await refusal(take((FAIR * 105n) / 100n))
  say(
    `5 % above mark it is refused: ${beyond.join(', ')}. Whoever steals the key loses the budget at most, which comes back over a day.`,
  )

  await world.mined(alice.client.revokeSessionKey({ accountId, key }))
  const revoked = await refusal(take(FAIR))
  say(`Alice revokes the key. From now on every order of it is refused: ${revoked.join(', ')}.`)

  const { portfolio } = await alice.client.getAccount({ accountId })
  const lots = portfolio.positions.reduce((sum, position) => sum + position.lots, 0n)
  return { spent, refusals: [beyond, revoked], lots }

  /** The bot takes an offer of the maker. */
  async function take(price: bigint) {
    const order = await world.order(maker, { ...offer(), limitPrice: -price })
    const makerSignature = await maker.client.signOrder({ order })
    const terms = { accountId, maker: order, makerSignature, units: UNITS, maxFee: WAD }
    await world.mined(bot.client.fillOrder(terms))
  }
}

const offer = () => ({ legs: [{ instrument: perpetualOf(BTC), ratio: -1n }], units: UNITS })

async function refusal(trade: Promise<void>): Promise<string[]> {
  try {
    await trade
    return []
  } catch (error) {
    if (!(error instanceof OrderNotFillableError)) throw error
    return error.issues.map((issue) => issue.error)
  }
}
