/** Rounds of a publisher: one at a time, again after every pause, longer pauses after failures. */
import type { ClockPort } from '../ports/clock.ts'

export type RoundsOptions = {
  readonly clock: ClockPort
  readonly pollMs: number
  readonly round: () => Promise<void>
  readonly failed: (error: unknown) => void
}

const LONGEST_PAUSE_MS = 10_000

/** Until `signal` aborts. Errors are told and never end it. */
export async function repeat({ clock, pollMs, round, failed }: RoundsOptions, signal: AbortSignal): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      await round()
      failures = 0
    } catch (error) {
      failures += 1
      failed(error)
    }
    const pause = failures === 0 ? pollMs : Math.min(pollMs * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS)
    await clock.sleep(pause, signal)
  }
}
