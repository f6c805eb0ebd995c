import type { Client } from 'viem'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import { marginEngineAbi } from '../abis/marginEngine.ts'
import type { AccountId } from '../entities/accountId.ts'
import { encodePortfolio } from '../entities/position.ts'
import { encodeSnapshot } from '../entities/snapshot.ts'
import { encodeUnderlyingSet } from '../entities/underlyingSet.ts'
import type { Assessment, Breakdown, UnderlyingRisk } from '../exact/assessment.ts'
import { type Greeks, greeksOf } from '../exact/greeks.ts'
import { audit } from '../exact/marginEngine.ts'
import type { Snapshot } from '../exact/market.ts'
import { isDated, isOffsetting, type Portfolio, underlyingsOf } from '../exact/portfolio.ts'
import { getAccount } from './getAccount.ts'
import { getMatrix } from './getMatrix.ts'
import { getSnapshot } from './getSnapshot.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetAuditParameters = ReadParameters & {
  accountId: AccountId
  /** Underlyings whose initial margin scales with open interest, as in a trade that raises them. @default none */
  scaled?: readonly number[] | undefined
}
export type GetAuditReturnType = {
  readonly assessment: Assessment
  /** One per underlying held, with all 30 scenarios. */
  readonly risks: readonly UnderlyingRisk[]
  /** Of each risk, read off its scenarios. */
  readonly greeks: readonly Greeks[]
  /** The terms that the requirements are the sums of, from the twin. */
  readonly breakdown: Breakdown
  /** What was measured. */
  readonly portfolio: Portfolio
  readonly snapshot: Snapshot
  readonly blockNumber: bigint
}
export type GetAuditErrorType = ReadErrorType

/**
 * Everything behind an account's requirement, from the engine that is in force.
 * @example
 * import { encodeAccountId, getAudit, scenarioPnl } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const { risks } = await getAudit(client, { deployment, accountId })
 * for (const risk of risks) console.log(risk.underlying, risk.requirement, scenarioPnl(risk))
 */
export async function getAudit(
  client: Client,
  { deployment, accountId, scaled = [], blockNumber: at }: GetAuditParameters,
): Promise<GetAuditReturnType> {
  const blockNumber = await blockOf(client, at)
  const [engine, { portfolio }] = await Promise.all([
    read(client, { address: deployment.clearinghouse, abi: clearinghouseAbi, functionName: 'engine', blockNumber }),
    getAccount(client, { deployment, accountId, blockNumber }),
  ])
  const snapshot = await marketOf(client, portfolio, { deployment, blockNumber })
  const [assessment, risks] = await read(client, {
    address: engine,
    abi: marginEngineAbi,
    functionName: 'audit',
    args: [encodePortfolio(portfolio), encodeSnapshot(snapshot), encodeUnderlyingSet(scaled)],
    blockNumber,
  })
  const greeks = risks.map((risk, index) => greeksOf(risk, snapshot.markets[index]?.scanRange ?? 0n))
  const { breakdown } = audit(portfolio, snapshot, scaled)
  return { assessment, risks, greeks, breakdown, portfolio, snapshot, blockNumber }
}

/** As the clearinghouse: series only where something has an expiry or underlyings offset each other. */
function marketOf(client: Client, { mode, positions }: Portfolio, at: ReadParameters): Promise<Snapshot> {
  const instruments = positions.map(({ instrument }) => instrument)
  if (isOffsetting(mode) || instruments.some(isDated)) return getMatrix(client, { ...at, instruments })
  return getSnapshot(client, { ...at, underlyings: underlyingsOf(positions) })
}
