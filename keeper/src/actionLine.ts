/** The JSON line that tells of a confirmed action; amounts in USD, decimal. */
import { formatEther } from 'viem'
import { subjectOf } from './jobs.ts'
import type { Pending } from './pending.ts'
import type { Settled } from './stages/confirm.ts'

export function actionLine(
  { job, sentBlock }: Pending,
  settled: Settled & { kind: 'confirmed' },
  { keeper, at }: { readonly keeper: string; readonly at: Date },
): string {
  const { action, sinceBlock } = job
  const { receipt, rewardUsd, gasUsd } = settled
  return JSON.stringify({
    type: 'action',
    keeper,
    kind: action.kind,
    account: subjectOf(action),
    ...('target' in action ? { target: action.target } : {}),
    hash: receipt.hash,
    block: Number(receipt.block),
    breachBlock: Number(sinceBlock),
    sentBlock: Number(sentBlock),
    latencyBlocks: Number(receipt.block - sinceBlock),
    rewardUsd: formatEther(rewardUsd),
    gasUsd: formatEther(gasUsd),
    profitUsd: formatEther(rewardUsd - gasUsd),
    gasUsed: Number(receipt.gasUsed),
    at: at.toISOString(),
  })
}
