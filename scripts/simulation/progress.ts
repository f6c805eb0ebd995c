/** Progress on stderr: one line that renews itself on a terminal, a line every few seconds elsewhere. */
import type { Progress } from './simulation.ts'

const BAR_WIDTH = 28
const PLAIN_MS = 5_000

export function showProgress(stream: NodeJS.WriteStream = process.stderr): (progress: Progress) => void {
  let lastPlain = Number.NEGATIVE_INFINITY
  let lastStage = ''
  return (progress) => {
    const text = describe(progress)
    const isLast = progress.done === progress.total
    if (stream.isTTY) {
      stream.write(`\r\x1b[2K${bar(progress)} ${text}${isLast ? '\n' : ''}`)
      return
    }
    const now = performance.now()
    if (progress.stage === lastStage && !isLast && now - lastPlain < PLAIN_MS) return
    lastPlain = now
    lastStage = progress.stage
    stream.write(`${text}\n`)
  }
}

function bar({ done, total }: Progress): string {
  const filled = Math.round((BAR_WIDTH * done) / Math.max(1, total))
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`
}

function describe({ stage, done, total, time, breached, liquidated, blocks }: Progress): string {
  if (time === 0) return stage
  const clock = new Date(time * 1000).toISOString().slice(11, 19)
  return `${stage} ${clock} UTC, step ${done}/${total}, block ${blocks}: ${liquidated} accounts liquidated, ${breached} liquidatable now`
}
