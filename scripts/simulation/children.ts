/** Child processes that never outlive this one: they end with it, whatever ends it. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'

const running = new Set<ChildProcess>()
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
/** What a child may take to end by itself. */
const GRACE_MS = 2_000

function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Exactly once per process: `exit` covers every orderly end and uncaught errors, signals need a handler each. */
function guard(): void {
  process.once('exit', killAll)
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      killAll()
      process.exit(128 + number)
    })
  }
}

export function startChild(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  if (running.size === 0 && process.listenerCount('exit', killAll) === 0) guard()
  const child = spawn(command, args, options)
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Asks a child to end, insists after a while, and waits until it is gone. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise<void>((resolve) => {
    const insist = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    child.once('exit', () => {
      clearTimeout(insist)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
