import type { Client } from 'viem'
import type { AccountId } from '../entities/accountId.ts'
import type { Snapshot } from '../exact/market.ts'
import type { Instrument } from '../exact/portfolio.ts'
import { type Preview, type PreviewAction, preview } from '../exact/preview.ts'
import { getAccount } from './getAccount.ts'
import { getMatrix } from './getMatrix.ts'
import { blockOf, type ReadErrorType, type ReadParameters } from './read.ts'

export type GetPreviewParameters = ReadParameters & {
  accountId: AccountId
  /** One after the other, each a transaction of its own. */
  actions: readonly PreviewAction[]
}
export type GetPreviewReturnType = Preview & {
  /** Rows of all that the account holds or would trade. */
  readonly snapshot: Snapshot
  readonly blockNumber: bigint
}
export type GetPreviewErrorType = ReadErrorType

/**
 * What actions would leave of an account, to the wei, if they were in the block that is read: `preview` over the account and
 * the matrix of everything it holds or would trade.
 * @throws UnknownExpiryError when no surface has ever quoted an expiry
 * @example
 * import { callOf, encodeAccountId, getPreview, scenarioPnl } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const call = callOf(1, Date.UTC(2026, 1, 27, 8) / 1000, 85_000n * 10n ** 8n)
 * const legs = [{ instrument: call, ratio: -1n }]
 * const trade = { type: 'trade', legs, units: 10_000n, price: -5n * 10n ** 17n } as const
 * const { allowed, after, risks } = await getPreview(client, { deployment, accountId, actions: [trade] })
 * console.log(allowed, after.initial, risks.after.map(scenarioPnl))
 */
export async function getPreview(
  client: Client,
  { deployment, accountId, actions, blockNumber: at }: GetPreviewParameters,
): Promise<GetPreviewReturnType> {
  const blockNumber = await blockOf(client, at)
  const { portfolio, reduceOnly } = await getAccount(client, { deployment, accountId, blockNumber })
  const held = portfolio.positions.map(({ instrument }) => instrument)
  const instruments = [...held, ...actions.flatMap(tradedIn)]
  const underlyings = actions.flatMap((action) => ('asset' in action && action.asset !== 0 ? [action.asset] : []))
  const snapshot = await getMatrix(client, { deployment, instruments, underlyings, blockNumber })
  return { ...preview(portfolio, snapshot, actions, { reduceOnly }), snapshot, blockNumber }
}

function tradedIn(action: PreviewAction): Instrument[] {
  return action.type === 'trade' ? action.legs.map(({ instrument }) => instrument) : []
}
