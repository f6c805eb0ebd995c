/** Stage 4 of 6: replays a job at its own block. Sends nothing; every exit names its reason. */

import { auctionAbi, resellerAbi } from '@plimsoll/sdk'
import { decodeFunctionResult, type Hex } from 'viem'
import type { Config } from '../config.ts'
import { type Action, callOf, resaleOf } from '../jobs.ts'
import { costUsd, expectedGas, type GasMoney, leastGain } from '../money.ts'
import { next, type Outcome, skip } from '../outcome.ts'
import type { Call, ChainPort, Head, Revert } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import type { PlannedJob } from './plan.ts'

export type SimulateContext = {
  readonly chain: Pick<ChainPort, 'simulate' | 'estimateGas'>
  readonly config: Pick<Config, 'deployment' | 'policy' | 'gas' | 'services' | 'resale'>
}

export type Simulated = {
  readonly job: PlannedJob
  readonly call: Call
  /** Limit, headroom included. */
  readonly gas: bigint
  /** Reward less gas, at mark as far as it is not sold; minus gas for jobs without a reward. USD. */
  readonly profitUsd: bigint
}

export async function simulate(
  { chain, config }: SimulateContext,
  { job, head, money }: { job: PlannedJob; head: Head; money: GasMoney },
): Promise<Outcome<Simulated, Reason>> {
  const least = leastProfit(config, job)
  const call = callOf(job.action, config.deployment, minReward(job, money, least))
  const result = await chain.simulate(call, head.number)
  if (result.status === 'reverted') return skip(refusal(config, job, result.revert))
  const estimate = await chain.estimateGas(call, head.number)
  if (estimate.status === 'reverted') return skip(refusal(config, job, estimate.revert))
  const tooMuch = coldArrays(config, job, estimate.gas)
  if (tooMuch) return skip(tooMuch)
  const slippage = job.slippageUsd ?? 0n
  const profitUsd = rewardOf(job.action, result.data) - slippage - costUsd(money, estimate.gas)
  if (profitUsd < least) return skip({ kind: 'unprofitable', profitUsd, wantedUsd: least })
  const wanted = (estimate.gas * BigInt(Math.round(config.gas.headroom * 100))) / 100n
  const gas = wanted < TRANSACTION_GAS || estimate.gas > TRANSACTION_GAS ? wanted : TRANSACTION_GAS
  return next({ job, call, gas, profitUsd })
}

/** EIP-7825: a transaction with a higher limit is invalid; the headroom stops here. */
const TRANSACTION_GAS = 2n ** 24n

export function isTakeover(action: Action): boolean {
  return action.kind === 'liquidate' || action.kind === 'convert'
}

/** A call that does not fit the node's gas may still work when its arrays are stored. */
function refusal(config: SimulateContext['config'], job: PlannedJob, revert: Revert): Reason {
  const cold = revert.error === 'OutOfGas' ? coldArrays(config, job, 2n ** 64n) : undefined
  return cold ?? { kind: 'reverts', revert }
}

function coldArrays({ services }: SimulateContext['config'], job: PlannedJob, gas: bigint): Reason | undefined {
  const { coldStrikes: strikes = 0 } = job
  if (strikes === 0 || gas <= services.takeoverGas) return undefined
  return { kind: 'cold-arrays', strikes, gas, limit: services.takeoverGas }
}

function leastProfit(config: SimulateContext['config'], { action, lane }: PlannedJob): bigint {
  if (!isTakeover(action)) return -config.gas.noPrizeUsd
  return leastGain(config, lane, resaleOf(action) ? 'sold' : 'kept')
}

/** On the chain the same bound holds again, for whatever price the transaction meets there. */
function minReward(job: PlannedJob, money: GasMoney, least: bigint): bigint {
  const wanted = least + (job.slippageUsd ?? 0n) + costUsd(money, expectedGas(job, money))
  return wanted > 0n ? wanted : 0n
}

function rewardOf(action: Action, data: Hex): bigint {
  if (!isTakeover(action)) return 0n
  if (resaleOf(action)) return decodeFunctionResult({ abi: resellerAbi, functionName: 'liquidate', data })
  // Both return (payment, reward).
  const [, reward] = decodeFunctionResult({ abi: auctionAbi, functionName: 'liquidate', data })
  return reward
}
