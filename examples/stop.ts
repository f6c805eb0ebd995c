/** A stop order: an ordinary signed order with a band of spot prices. Nobody can fill it before the price falls, anybody then. */
import { perpetualOf } from '@plimsoll/sdk'
import { BTC, type Say, WAD, type World } from './world.ts'

/** Lots of 0.0001 BTC: one bitcoin. */
const UNITS = 10_000n
const DOLLARS_PER_LOT = WAD / 10_000n

export type StopOutcome = {
  /** Why it could not be filled before. */
  readonly before: readonly string[]
  /** Lots that Alice held before the fall and after it. */
  readonly lots: readonly [bigint, bigint]
}

export async function stop(world: World, say: Say): Promise<StopOutcome> {
  const [alice, maker] = [await world.trader('alice with a stop'), await world.trader('maker')]
  const { accountId } = alice
  const short = [{ instrument: perpetualOf(BTC), ratio: -1n }]

  const offer = await world.order(maker, { legs: short, limitPrice: -43_000n * DOLLARS_PER_LOT, units: UNITS })
  const makerSignature = await maker.client.signOrder({ order: offer })
  await world.mined(alice.client.fillOrder({ accountId, maker: offer, makerSignature, units: UNITS, maxFee: WAD }))
  const held = await lotsOf()
  say('Alice is long one bitcoin at 43,000.')

  const order = await world.order(alice, {
    legs: short,
    limitPrice: -40_500n * DOLLARS_PER_LOT, // the least that she accepts
    units: UNITS,
    maxSpot: 41_000n * WAD, // the trigger
    reduceOnly: true,
  })
  const signature = await alice.client.signOrder({ order })
  say('She signs a stop: sell at 40,500 or more once the price is 41,000 or less, only to close. She may go to sleep.')

  const verdict = await maker.client.validateOrder({ order, signature, units: UNITS, role: 'maker' })
  const before = verdict.issues.map(({ error }) => error)
  say(`At 43,000 the exchange refuses it: ${before.join(', ')}.`)

  await world.setPrice(BTC, 40_900n)
  say('The price falls to 40,900.')
  const take = { accountId: maker.accountId, maker: order, makerSignature: signature, units: UNITS, maxFee: WAD }
  await world.mined(maker.client.fillOrder(take))
  say(`The maker fills it. Alice holds ${await lotsOf()} lots.`)
  return { before, lots: [held, await lotsOf()] }

  async function lotsOf() {
    const { portfolio } = await alice.client.getAccount({ accountId })
    return portfolio.positions.reduce((sum, { lots }) => sum + lots, 0n)
  }
}
