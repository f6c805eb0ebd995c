import type { Client } from 'viem'
import { watchBlockNumber } from 'viem/actions'
import type { AccountId } from '../entities/accountId.ts'
import type { Deployment } from '../entities/deployment.ts'
import type { Outlook } from '../exact/outlook.ts'
import { getOutlook } from './getOutlook.ts'

/**
 * How an account stands. `maintenance`: below maintenance margin. `ramp`: the ramps of the scan ranges alone will take it there
 * within the hours watched. `initial`: below initial margin, no new risk and no withdrawals. `none`: nothing to call.
 */
export type MarginLevel = 'none' | 'initial' | 'ramp' | 'maintenance'

export type MarginNotice = Outlook & { readonly level: MarginLevel; readonly blockNumber: bigint }

export type WatchMarginParameters = {
  deployment: Deployment
  accountId: AccountId
  /** How far ahead ramps are looked at. @default 24 */
  hours?: number | undefined
  /** Called with the first level, and whenever it is another one. */
  onNotice: (notice: MarginNotice) => void
  /** Reads that failed; watching goes on. */
  onError: (error: unknown) => void
  /** Milliseconds. @default the client's */
  pollingInterval?: number | undefined
}
export type WatchMarginReturnType = () => void

/** The most urgent of what an outlook says. */
export function marginLevelOf({ breachIn, marginCall }: Pick<Outlook, 'breachIn' | 'marginCall'>): MarginLevel {
  if (breachIn === 0) return 'maintenance'
  if (breachIn !== undefined) return 'ramp'
  return marginCall > 0n ? 'initial' : 'none'
}

/**
 * Follows an account block by block and tells when its margin level changes, with the amounts to pay in.
 * @returns a function that ends the watch
 * @example
 * import { encodeAccountId, watchMargin } from '@plimsoll/sdk'
 * import { createPublicClient, formatUnits, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const unwatch = watchMargin(client, {
 *   deployment,
 *   accountId,
 *   onNotice: ({ level, topUp, breachIn }) => console.log(level, formatUnits(topUp, 18), breachIn),
 *   onError: console.error,
 * })
 * setTimeout(unwatch, 60_000)
 */
export function watchMargin(client: Client, parameters: WatchMarginParameters): WatchMarginReturnType {
  const { deployment, accountId, hours, onNotice, onError, pollingInterval } = parameters
  let last: MarginLevel | undefined
  let isBusy = false
  let isOver = false
  const look = async (blockNumber: bigint) => {
    if (isBusy) return // the next block looks again
    isBusy = true
    try {
      const outlook = await getOutlook(client, { deployment, accountId, hours, blockNumber })
      const level = marginLevelOf(outlook)
      if (isOver || level === last) return
      last = level
      onNotice({ ...outlook, level })
    } catch (error) {
      if (!isOver) onError(error)
    } finally {
      isBusy = false
    }
  }
  const unwatch = watchBlockNumber(client, {
    emitOnBegin: true,
    emitMissed: false,
    onBlockNumber: (blockNumber) => void look(blockNumber),
    onError,
    ...(pollingInterval === undefined ? {} : { pollingInterval }),
  })
  return () => {
    isOver = true
    unwatch()
  }
}
