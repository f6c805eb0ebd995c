import { type Client, encodeFunctionData } from 'viem'
import { settlementAbi } from '../abis/settlement.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type AverageSettlementParameters = WriteParameters & {
  underlying: number
  /** Unix seconds; 0: the perpetual's delisting. */
  expiry: number
  /**
   * Round of the price source. The first time the last usable one at or before the window: `getSettlementHint` finds it. Later
   * read only where a Chainlink feed changed phase.
   * @default 0n
   */
  hint?: bigint | undefined
  /** Most rounds that this call reads. @default 256n */
  maxRounds?: bigint | undefined
}
export type AverageSettlementReturnType = WriteReturnType
export type AverageSettlementErrorType = WriteErrorType

/**
 * Averages the settlement window of a series further. Anyone may; all who do get the same price.
 * @throws NothingToAverageError, UnknownSeriesError, NotFirstError, WrongHintError
 * @example
 * import { averageSettlement, getSettlementHint } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const series = { underlying: 1, expiry: Date.UTC(2026, 1, 27, 8) / 1000 }
 * const hint = await getSettlementHint(client, { deployment, ...series })
 * const hash = await averageSettlement(client, { deployment, ...series, hint })
 */
export async function averageSettlement(
  client: Client,
  { deployment, account, underlying, expiry, hint = 0n, maxRounds = 256n }: AverageSettlementParameters,
): Promise<AverageSettlementReturnType> {
  const data = encodeFunctionData({
    abi: settlementAbi,
    functionName: 'average',
    args: [underlying, expiry, hint, maxRounds],
  })
  return send(client, { to: deployment.settlement, data, account })
}
