/** The whole protocol on a chain of its own, and portfolios put into its ledger. */
import { network } from 'hardhat'
import type { Address } from 'viem'
import { deployPlimsoll, localPlan } from '../../deploy/deploy.ts'
import { ROLES } from '../../deploy/roles.ts'
import {
  type AccountId,
  CUSTODY,
  encodeAccountId,
  encodeMode,
  encodePosition,
  type Portfolio,
} from '../../sdk/src/index.ts'

export type Protocol = Awaited<ReturnType<typeof openProtocol>>

/** Owner of the accounts that take the other side of every portfolio. */
const OTHER_SIDE: Address = '0x00000000000000000000000000000000000071DE'
const TRADE = 2
const CORE_DELAY = 15 * 86_400

/** Whoever deploys it is governance, a feed and, after the notice that takes, a module that moves balances. */
export async function openProtocol() {
  const connection = await network.create()
  const { viem, networkHelpers } = connection
  const { contracts } = await deployPlimsoll(connection, { plan: localPlan(), pollingMilliseconds: 10 })
  const [wallet] = await viem.getWalletClients()
  const client = await viem.getPublicClient()
  if (!wallet) throw new Error('The simulated chain has no account to deploy from.')
  const owner = wallet.account.address
  await contracts.accessManager.write.grantRole([ROLES.FEED, owner, 0])
  await contracts.clearinghouse.write.scheduleModule([owner, true])
  await networkHelpers.time.increase(CORE_DELAY)
  await contracts.clearinghouse.write.activateModule([owner, true])
  let accounts = 0n
  /** A new account that holds exactly this; the ledger gives another account the other side. */
  async function put({ mode, cash, positions }: Portfolio): Promise<AccountId> {
    const subId = ++accounts
    const account = encodeAccountId({ owner, subId })
    const other = encodeAccountId({ owner: OTHER_SIDE, subId })
    if (mode !== 'cross') await contracts.clearinghouse.write.setMode([account, encodeMode(mode)])
    const [spot, rest] = [true, false].map((isSpot) =>
      positions.filter(({ instrument }) => (instrument.kind === 'spot') === isSpot).map(encodePosition),
    )
    const common = { to: account, reason: TRADE }
    const trade = { ...common, from: other, cash, legs: rest ?? [] }
    await contracts.clearinghouse.write.moveAll([[trade, { ...common, from: CUSTODY, cash: 0n, legs: spot ?? [] }]])
    return account
  }
  const now = async () => Number((await client.getBlock()).timestamp)
  return { contracts, viem, time: networkHelpers.time, now, put, close: () => connection.close() }
}
