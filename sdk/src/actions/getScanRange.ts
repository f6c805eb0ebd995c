import type { Client } from 'viem'
import { marketsAbi } from '../abis/markets.ts'
import { TERM_UNIT } from '../exact/parameters.ts'
import {
  type RangeBinding,
  type RangeState,
  type RiskParameters,
  rangeBinding,
  rangePath,
  rangeVolatility,
  requiredBy,
} from '../exact/scanRange.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetScanRangeParameters = ReadParameters & {
  underlying: number
  /** How far the path reaches. @default 24 */
  hours?: number | undefined
}
export type GetScanRangeReturnType = {
  /** As a read now leaves it: variances, PSR_target and PSR_M without eps, the last sample. */
  readonly state: RangeState
  readonly parameters: RiskParameters
  /** sigma that the target follows, per square root of a year, WAD. */
  readonly volatility: bigint
  /** What sigma asks for, between floor and cap, WAD. */
  readonly required: bigint
  /** Which input binds. */
  readonly binding: RangeBinding
  /** Now, and each hour after, if the variances stay what they are. */
  readonly path: readonly RangeState[]
  readonly blockNumber: bigint
}
export type GetScanRangeErrorType = ReadErrorType

/**
 * Where the scan range of an underlying comes from and where it goes if volatility stays what it is.
 * @throws UnknownUnderlyingError
 * @example
 * import { getScanRange } from '@plimsoll/sdk'
 * import { createPublicClient, formatUnits, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const { state, binding, path } = await getScanRange(client, { deployment, underlying: 1 })
 * const percent = (range: bigint | undefined) => formatUnits(range ?? 0n, 16)
 * console.log(percent(state.maintenance), percent(state.target), binding, 'tomorrow', percent(path.at(-1)?.maintenance))
 */
export async function getScanRange(
  client: Client,
  { deployment, underlying, hours = 24, blockNumber: at }: GetScanRangeParameters,
): Promise<GetScanRangeReturnType> {
  const blockNumber = await blockOf(client, at)
  const { state, parameters } = await readRange(client, { deployment, underlying, blockNumber })
  return {
    state,
    parameters,
    volatility: rangeVolatility(state.variances, BigInt(parameters.stressVolatility) * TERM_UNIT),
    required: requiredBy(state.variances, parameters),
    binding: rangeBinding(state, parameters),
    path: rangePath(state, parameters, hours),
    blockNumber,
  }
}

export type RangeParameters = Omit<ReadParameters<'markets'>, 'blockNumber'> & {
  blockNumber: bigint
  underlying: number
}

/** State and parameters of one scan range. */
export async function readRange(
  client: Client,
  { deployment, underlying, blockNumber }: RangeParameters,
): Promise<{ underlying: number; state: RangeState; parameters: RiskParameters }> {
  const at = { address: deployment.markets, abi: marketsAbi, args: [underlying], blockNumber } as const
  const [{ variances, target, maintenance, sampledAt, spot }, parameters] = await Promise.all([
    read(client, { ...at, functionName: 'scanRange' }),
    read(client, { ...at, functionName: 'riskParameters' }),
  ])
  const state = { variances, target, maintenance, sampledAt: Number(sampledAt), spot }
  return { underlying, state, parameters }
}
