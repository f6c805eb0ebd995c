/** Stage 4 of 6: replays a job at its own block. Sends nothing; every exit names its reason. */

import { auctionAbi } from '@plimsoll/sdk'
import { decodeFunctionResult, type Hex } from 'viem'
import type { Config } from '../config.ts'
import { type Action, callOf } from '../jobs.ts'
import { costUsd, type GasMoney } from '../money.ts'
import { next, type Outcome, skip } from '../outcome.ts'
import type { Call, ChainPort, Head } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import type { PlannedJob } from './plan.ts'

export type SimulateContext = {
  readonly chain: Pick<ChainPort, 'simulate' | 'estimateGas'>
  readonly config: Pick<Config, 'deployment' | 'policy' | 'gas'>
}

export type Simulated = {
  readonly job: PlannedJob
  readonly call: Call
  /** Limit, headroom included. */
  readonly gas: bigint
  /** Reward at mark less gas; minus gas for jobs without a reward. USD. */
  readonly profitUsd: bigint
}

export async function simulate(
  { chain, config }: SimulateContext,
  { job, head, money }: { job: PlannedJob; head: Head; money: GasMoney },
): Promise<Outcome<Simulated, Reason>> {
  const least = leastProfit(config, job)
  const call = callOf(job.action, config.deployment, minReward(job, money, least))
  const result = await chain.simulate(call, head.number)
  if (result.status === 'reverted') return skip({ kind: 'reverts', revert: result.revert })
  const estimate = await chain.estimateGas(call)
  if (estimate.status === 'reverted') return skip({ kind: 'reverts', revert: estimate.revert })
  const profitUsd = rewardOf(job.action, result.data) - costUsd(money, estimate.gas)
  if (profitUsd < least) return skip({ kind: 'unprofitable', profitUsd, wantedUsd: least })
  const gas = (estimate.gas * BigInt(Math.round(config.gas.headroom * 100))) / 100n
  return next({ job, call, gas, profitUsd })
}

export function isTakeover(action: Action): boolean {
  return action.kind === 'liquidate' || action.kind === 'convert'
}

function leastProfit({ policy, gas }: SimulateContext['config'], { action, lane }: PlannedJob): bigint {
  if (!isTakeover(action)) return -gas.noPrizeUsd
  return lane === 'reserved' ? -policy.maxLossUsd : policy.minRewardUsd
}

/** On the chain the same bound holds again, for whatever price the transaction meets there. */
function minReward(job: PlannedJob, money: GasMoney, least: bigint): bigint {
  const wanted = least + costUsd(money, money.gasOf(job.action.kind))
  return wanted > 0n ? wanted : 0n
}

function rewardOf({ kind }: Action, data: Hex): bigint {
  if (kind !== 'liquidate' && kind !== 'convert') return 0n
  // Both return (payment, reward).
  const [, reward] = decodeFunctionResult({ abi: auctionAbi, functionName: 'liquidate', data })
  return reward
}
