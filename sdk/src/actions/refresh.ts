import { type Client, encodeFunctionData } from 'viem'
import { seriesAbi } from '../abis/series.ts'
import { encodeInstrumentId } from '../entities/instrumentId.ts'
import { encodeUnderlyingSet } from '../entities/underlyingSet.ts'
import { type Instrument, isDated } from '../exact/portfolio.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type RefreshParameters = WriteParameters & {
  /** Any order, repeats allowed. */
  instruments: readonly Instrument[]
  /** More underlyings to observe. @default none */
  underlyings?: readonly number[] | undefined
}
export type RefreshReturnType = WriteReturnType
export type RefreshErrorType = WriteErrorType

/**
 * Observes prices, rolls risk epochs that are due and caches the risk arrays of instruments, so that later actions need not
 * pay for them. Anyone may; no result depends on it.
 * @throws UnknownExpiryError
 * @example
 * import { callOf, refresh } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const call = callOf(1, Date.UTC(2026, 1, 27, 8) / 1000, 85_000n * 10n ** 8n)
 * const hash = await refresh(client, { deployment, instruments: [call] })
 */
export async function refresh(
  client: Client,
  { deployment, account, instruments, underlyings = [] }: RefreshParameters,
): Promise<RefreshReturnType> {
  const set = encodeUnderlyingSet([...underlyings, ...instruments.map(({ underlying }) => underlying)])
  const args = [set, instruments.filter(isDated).map(encodeInstrumentId)] as const
  const data = encodeFunctionData({ abi: seriesAbi, functionName: 'touch', args })
  return send(client, { to: deployment.series, data, account })
}
