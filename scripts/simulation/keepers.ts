/** Keepers as processes of their own, and when they have nothing left to do. */
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './chain.ts'
import { startChild, stopChild } from './children.ts'
import { item } from './population.ts'
import type { Site } from './site.ts'

/** What the makers of options and the exchange take together, of the mark and of spot. */
const OPTION_COST = { optionSpread: '0.03', optionTick: '0.0008' } as const

/** Two competitors: one pays more for its place and only bids for large rewards, one takes small ones too, in smaller slices. */
export const KEEPERS = [
  {
    name: 'swift',
    capitalUsd: 500_000,
    policy: { minRewardUsd: '40', sliceSize: '1', ...OPTION_COST },
    gas: { priorityFeeGwei: '2' },
  },
  {
    name: 'thorough',
    capitalUsd: 2_000_000,
    policy: { minRewardUsd: '5', sliceSize: '0.6', ...OPTION_COST },
    gas: { priorityFeeGwei: '1' },
  },
] as const

/** Sub-accounts of each keeper: 0 is funded, the others take slices that the first cannot hold. */
const KEEPER_ACCOUNTS = [0n, 1n, 2n, 3n]
const START_MS = 30_000
const SCAN_MS = 2_000
const POLL_MS = 20

export type RunningKeeper = { name: string; health: string; child: ChildProcess; log: () => string }

class KeeperStartError extends Error {
  readonly code = 'KEEPER_START'
  constructor(name: string, log: string) {
    super(
      `Keeper ${name} has not scanned within ${START_MS / 1000} s or has ended. Its log: ${log.trim() || '(empty)'}`,
    )
    this.name = 'KeeperStartError'
  }
}

export async function startKeepers(site: Site): Promise<RunningKeeper[]> {
  const keepers = await Promise.all(KEEPERS.map((_, index) => startKeeper(site, index)))
  for (const keeper of keepers) {
    if (!(await hasScanned(keeper, 1, START_MS))) throw new KeeperStartError(keeper.name, keeper.log())
  }
  return keepers
}

async function startKeeper(site: Site, index: number): Promise<RunningKeeper> {
  const { name, policy, gas } = item(KEEPERS, index)
  const port = await freePort()
  const file = join(site.folder, `keeper-${name}.json`)
  const config = {
    name,
    rpcUrl: site.chain.rpc.url,
    deployment: site.deploymentFile,
    privateKey: item(site.keepers, index).key,
    account: { subId: 0, pool: KEEPER_ACCOUNTS.slice(1).map(Number) },
    metricsPort: port,
    pollMs: POLL_MS,
    journal: join(site.folder, `journal-${name}.json`),
    logLevel: 'warn',
    finalityBlocks: 2,
    maxInFlight: 16,
    policy,
    gas,
  }
  writeFileSync(file, JSON.stringify(config))
  const main = fileURLToPath(new URL('../../keeper/src/main.ts', import.meta.url))
  const child = startChild(process.execPath, [main, '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    log = `${log}${chunk}`.slice(-20_000)
  })
  return { name, health: `http://127.0.0.1:${port}/health`, child, log: () => log }
}

export async function stopKeepers(keepers: readonly RunningKeeper[]): Promise<void> {
  await Promise.all(keepers.map(({ child }) => stopChild(child)))
}

/** Whether the keeper has finished a scan of `block` or a later one, waiting at most `limitMs`. */
async function hasScanned(keeper: RunningKeeper, block: number, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs
  while (Date.now() < deadline) {
    if (keeper.child.exitCode !== null) throw new KeeperStartError(keeper.name, keeper.log())
    if ((await scannedBlock(keeper)) >= block) return true
    await new Promise((resolve) => setTimeout(resolve, POLL_MS / 2))
  }
  return false
}

/** -1 while the port does not answer yet. */
async function scannedBlock({ health }: RunningKeeper): Promise<number> {
  const response = await fetch(health).catch(() => undefined)
  if (!response) return -1
  const { scannedBlock: block } = (await response.json()) as { scannedBlock?: string } // the keeper's health document
  return block === undefined ? -1 : Number(block)
}

/** Waits until every keeper has scanned `block`; false when one was too slow. */
export async function allScanned(
  keepers: readonly RunningKeeper[],
  block: number,
  limitMs = SCAN_MS,
): Promise<boolean> {
  const results = await Promise.all(keepers.map((keeper) => hasScanned(keeper, block, limitMs)))
  return results.every((each) => each)
}
