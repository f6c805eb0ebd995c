/** `bench risk`: how many options a second the engine prices and how fast it margins a million accounts. */
import os from 'node:os'
import { measureOptions, type OptionsTable } from './options.ts'
import { measureRemargin, type RemarginTable } from './remargin.ts'

/** docs/schemas/bench-risk.json. */
export type RiskTable = OptionsTable & { remargin: RemarginTable }

export type RiskOptions = { accounts: number; workers: number }

/** Remargining first: its memory is the peak of the process. */
export async function measureRisk(options: RiskOptions, progress: (step: string) => void): Promise<RiskTable> {
  const remargin = await measureRemargin({ ...options, progress })
  progress('options')
  return { ...(await measureOptions()), remargin }
}

/** Figures depend on the machine and on what else it does: both belong beside them. */
export function describeMachine(): string {
  const [cpu] = os.cpus()
  const load = os.loadavg().map((each) => each.toFixed(1))
  return `${os.availableParallelism()} x ${cpu?.model ?? 'unknown processor'}, Node.js ${process.version}, load ${load.join(' ')}`
}

function rate(perSecond: number | string): string {
  return typeof perSecond === 'string' ? perSecond : `${(perSecond / 1e6).toFixed(2)} M/s`
}

/** Rows of a table: what was measured, and the figure with its unit. */
export function rowsOf({ optionsPerSecond, impliedVolsPerSecond, remargin }: RiskTable): [string, string][] {
  const count = (n: number) => n.toLocaleString('en-US')
  return [
    ...Object.entries(optionsPerSecond).map(([name, value]): [string, string] => [
      `options priced, with delta and vega: ${name}`,
      rate(value),
    ]),
    ['implied volatilities', rate(impliedVolsPerSecond)],
    ['accounts', count(remargin.accounts)],
    ['positions', count(remargin.positions)],
    ['margin of all accounts anew', `${remargin.seconds.toFixed(3)} s`],
    ['peak memory of the process', `${remargin.memoryMB.toFixed(0)} MB`],
    ['tick of an underlying that 1 % hold', `${remargin.incrementalMs.toFixed(1)} ms`],
    ['account by account takes', `${remargin.naiveRatio.toFixed(0)} times as long`],
  ]
}
