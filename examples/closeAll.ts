/** Sells and buys back everything that an account holds to makers' quotes, and withdraws what is left, in one transaction. */
import {
  callOf,
  encodeAction,
  encodeSettle,
  type Fill,
  type Instrument,
  type Position,
  perpetualOf,
} from '@plimsoll/sdk'
import { BTC, type Say, usd, WAD, type World } from './world.ts'

const CENT = WAD / 100n
/** Dollars have 6 decimals in the wallet and 18 on the account. */
const TOKEN_UNIT = 10n ** 12n

export type CloseAllOutcome = {
  readonly positions: readonly Position[]
  /** USD that stay on the account, 18 decimals. */
  readonly left: bigint
  /** USD in the wallet, 6 decimals. */
  readonly paid: bigint
}

export async function closeAll(world: World, say: Say): Promise<CloseAllOutcome> {
  const [carol, maker] = [await world.trader('carol'), await world.trader('third maker')]
  const call = callOf(BTC, world.expiry, 47_000n * 10n ** 8n)
  const quote = async (instrument: Instrument, lots: bigint, percent: bigint) =>
    world.fill(carol, await world.offer(maker, instrument, lots, percent))
  const opening = [await quote(call, -2_000n, 99n), await quote(perpetualOf(BTC), 1_000n, 100n)]
  await world.mined(carol.client.settle({ fills: opening }))
  const before = (await carol.client.getAccount({ accountId: carol.accountId })).portfolio
  say(`Carol is short a call and long perpetuals, ${before.positions.length} positions. A maker quotes the way back.`)

  const fills: Fill[] = []
  for (const { instrument, lots } of before.positions) {
    fills.push(await quote(instrument, -lots, lots > 0n ? 99n : 101n))
  }
  const { flows } = await carol.client.simulateSettle({ fills })
  const { cash = 0n, fees = 0n } = flows.find(({ accountId }) => accountId === carol.accountId) ?? {}
  const amount = (before.cash + cash - fees - CENT) / TOKEN_UNIT // a cent for funding until the block
  const { accountId, account } = carol
  say(
    `All of it costs ${usd(fees)} USD of fees. One transaction closes it and withdraws ${usd(amount * TOKEN_UNIT)} USD.`,
  )
  const withdrawal = { type: 'withdraw', accountId, asset: 0, amount, receiver: account.address } as const
  await world.mined(carol.client.multicall({ calls: [encodeSettle(fills), encodeAction(withdrawal)] }))

  const { positions, cash: left } = (await carol.client.getAccount({ accountId })).portfolio
  say(`${positions.length} positions and ${usd(left)} USD are left.`)
  return { positions, left, paid: amount }
}
