/** Keepers as processes of their own, and when they have nothing left to do. */
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './chain.ts'
import { startChild, stopChild } from './children.ts'
import type { Site, SiteKeeper } from './site.ts'

/** What the makers of options and the exchange take together, of the mark and of spot. */
const OPTION_COST = { optionSpread: '0.03', optionTick: '0.0008' } as const

export type KeeperPlan = {
  readonly name: string
  /** Deposited before the day. */
  readonly capitalUsd: number
  readonly policy: Readonly<Record<string, string | number | boolean>>
  readonly services?: Readonly<Record<string, boolean>>
  readonly gas: { readonly priorityFeeGwei: string }
  /** It sells what it takes over in the same call, to orders that rest at the matcher. */
  readonly resale?: { readonly minProfitUsd: string }
}

/** Two competitors: one pays more for its place and only bids for large rewards, one takes small ones too, in smaller slices. */
const WITH_CAPITAL: readonly KeeperPlan[] = [
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
]

/** Without capital: it gains what the makers' orders pay for a slice, after gas, and leaves to others what pays nobody. */
export const LEAN: KeeperPlan = {
  name: 'lean',
  capitalUsd: 0,
  policy: { sliceSize: '1', unflag: false, ...OPTION_COST },
  services: { refresh: false, average: false, settle: false },
  gas: { priorityFeeGwei: '2.5' },
  resale: { minProfitUsd: '1' },
}

/** Orders rest at a matcher only. */
export function keeperPlans(withMatcher: boolean): readonly KeeperPlan[] {
  return withMatcher ? [...WITH_CAPITAL, LEAN] : WITH_CAPITAL
}

/** Sub-accounts of a keeper with capital beside the funded one: they take slices that it cannot hold. */
const POOL = [1, 2, 3]
const START_MS = 30_000
const SCAN_MS = 2_000
const POLL_MS = 20
const MATCHER_MS = 2_000

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
  const keepers: RunningKeeper[] = []
  try {
    for (const keeper of site.keepers) keepers.push(await startKeeper(site, keeper))
    for (const keeper of keepers) {
      if (!(await hasScanned(keeper, 1, START_MS))) throw new KeeperStartError(keeper.name, keeper.log())
    }
    return keepers
  } catch (error) {
    await stopKeepers(keepers)
    throw error
  }
}

async function startKeeper(site: Site, keeper: SiteKeeper): Promise<RunningKeeper> {
  const { plan, wallet } = keeper
  const { name, capitalUsd, policy, services, gas } = plan
  const port = await freePort()
  const file = join(site.folder, `keeper-${name}.json`)
  const config = {
    name,
    rpcUrl: site.chain.rpc.url,
    deployment: site.deploymentFile,
    privateKey: wallet.key,
    account: { subId: 0, pool: capitalUsd > 0 ? POOL : [] },
    metricsPort: port,
    pollMs: POLL_MS,
    journal: join(site.folder, `journal-${name}.json`),
    logLevel: 'warn',
    finalityBlocks: 2,
    maxInFlight: 16,
    policy,
    services,
    gas,
    resale: resaleOf(site, keeper),
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

/** @throws RangeError when the keeper resells and no matcher runs */
function resaleOf({ matching }: Site, { plan, reseller }: SiteKeeper) {
  if (!plan.resale) return undefined
  if (!matching) throw new RangeError(`Keeper ${plan.name} sells to orders at a matcher: start one before it.`)
  const { url: matcherUrl, expiryMarginSeconds } = matching
  return { ...plan.resale, matcherUrl, reseller, timeoutMs: MATCHER_MS, expiryMarginSeconds }
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
