/** Rounds of a publisher: one at a time, again after every pause, longer pauses after failures. */
import type { Logger } from 'pino'
import type { Counter } from 'prom-client'
import { errorCode } from '../errors.ts'
import type { ClockPort } from '../ports/clock.ts'

export type RoundsOptions = {
  readonly clock: ClockPort
  readonly pollMs: number
  readonly round: () => Promise<void>
  readonly log: Pick<Logger, 'error'>
  readonly errors: Pick<Counter<'code'>, 'inc'>
}

const LONGEST_PAUSE_MS = 10_000

/** Until `signal` aborts. Errors are counted and logged, and never end it. */
export async function repeat({ clock, pollMs, round, log, errors }: RoundsOptions, signal: AbortSignal): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      await round()
      failures = 0
    } catch (error) {
      failures += 1
      const code = errorCode(error)
      errors.inc({ code })
      log.error({ code, problem: String(error) }, 'round failed')
    }
    const pause = failures === 0 ? pollMs : Math.min(pollMs * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS)
    await clock.sleep(pause, signal)
  }
}
