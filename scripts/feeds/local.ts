/**
 * A quorum at work on a chain of its own: three signers and a poster as processes, fed with real option chains and prices. Each
 * signer sees the chain without every ninth quote, and prices without an hour of each day, different ones each, as if it had
 * asked at another moment.
 */
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FULL_CAP, getSeries, parseDeployment, unpackCaps } from '@plimsoll/sdk'
import { createPublicClient, formatUnits, http, parseUnits } from 'viem'
import { localPlan } from '../../deploy/deploy.ts'
import { type Chain, freePort } from '../simulation/chain.ts'
import { startChild, stopChild } from '../simulation/children.ts'
import { item } from '../simulation/population.ts'
import { createSite, giveGas, parametersOf, perform, pushes, type Site } from '../simulation/site.ts'
import { Wallet } from '../simulation/wallet.ts'
import { chainRows, snapshotTimes, spotOf, writeRows } from './chainFile.ts'
import { priceRows, withoutPrices } from './priceFile.ts'

const SYMBOLS = ['BTC', 'ETH'] as const
const SIGNERS = 3
const QUORUM = 2n
/** Each signer misses every ninth quote. */
const MISSED = 9
const SNAPSHOTS = 3
/** Hour of the day, UTC, that the first signer's prices lack. */
const FIRST_MISSED = 9
const HOUR = 3_600
const DAY = 24 * HOUR
const LEAD_SECONDS = 3_600
const DEPTH_USD = 50_000_000
const PRICE_DECIMALS = 8
/** Between blocks, of the machine's time; each is a second of the chain's. */
const BLOCK_MS = 200
const PATIENCE_MS = 60_000
const SEED = 1

/** One line of a poster. */
type Posted = {
  readonly underlying: string
  readonly cause: string
  readonly timestamp: number
  readonly signers: readonly string[]
  readonly gasUsed: string
} & (
  | { readonly type: 'surface'; readonly expiries: number }
  | { readonly type: 'history'; readonly weights: string; readonly offset: number }
)

type Publisher = {
  readonly name: string
  readonly child: ChildProcess
  readonly health: string
  out: string
  err: string
}

class NothingPostedError extends Error {
  readonly code = 'NOTHING_POSTED'
  constructor(time: number, log: string) {
    const seconds = PATIENCE_MS / 1_000
    super(`Not everything of ${time} was posted within ${seconds} s. What the publishers say: ${log || '(nothing)'}`)
    this.name = 'NothingPostedError'
  }
}

/** Prints what was posted at each of the first shipped snapshots, and ends all processes. */
export async function runLocal(prefer: Chain['kind'] | undefined): Promise<void> {
  const times = snapshotTimes().slice(0, SNAPSHOTS)
  const first = item(times, 0)
  const signers = Array.from({ length: SIGNERS }, (_, i) => new Wallet(`surface signer ${i}`, SEED, 0))
  signers.sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1))
  const site = await createSite({
    plan: {
      ...localPlan(Object.fromEntries(SYMBOLS.map((symbol, i) => [symbol, item(pricesAt(first), i)])), listed()),
      surfaceSigners: signers.map(({ address }) => address),
      surfaceQuorum: QUORUM,
      historySigners: signers.map(({ address }) => address),
      historyQuorum: QUORUM,
    },
    seed: SEED,
    genesis: first - LEAD_SECONDS,
    prefer,
  })
  const publishers: Publisher[] = []
  try {
    const poster = new Wallet('poster', SEED, site.deployment.chainId)
    await giveGas(site, [site.operator, poster])
    publishers.push(...(await startPublishers(site, signers, poster)))
    await until(publishers, first, async () => {
      const answers = await Promise.all(publishers.map(({ health }) => fetch(health).catch(() => undefined)))
      return answers.every((answer) => answer?.ok)
    })
    for (const time of times) await postAt(site, publishers, time)
  } finally {
    await Promise.all(publishers.map(({ child }) => stopChild(child)))
    await site.chain.stop()
  }
}

function listed() {
  return SYMBOLS.map((symbol) => parametersOf(symbol))
}

/** The index of each underlying, as its feed gives it. */
function pricesAt(time: number): bigint[] {
  return SYMBOLS.map((symbol) => parseUnits(spotOf(chainRows(symbol, time)).toFixed(PRICE_DECIMALS), PRICE_DECIMALS))
}

async function startPublishers(site: Site, signers: readonly Wallet[], poster: Wallet): Promise<Publisher[]> {
  const ports = await Promise.all(Array.from({ length: SIGNERS + 1 }, freePort))
  const urls = ports.slice(0, SIGNERS).map((port) => `http://127.0.0.1:${port}`)
  const shared = { rpcUrl: site.chain.rpc.url, deployment: site.deploymentFile, pollMs: 100, logLevel: 'warn' }
  const running = signers.map((signer, i) => {
    const history = { prices: pricesFile(site, i), group: SYMBOLS }
    const underlyings = Object.fromEntries(
      SYMBOLS.map((symbol) => [symbol, { quotes: quotesFile(site, i, symbol), depthUsd: DEPTH_USD, history }]),
    )
    const peers = urls.filter((_, peer) => peer !== i)
    const settings = { history: { limits: { reloadSeconds: 0 } }, underlyings }
    const config = { ...shared, name: `signer-${i}`, port: item(ports, i), peers, ...settings }
    return startPublisher(site, 'sign', config, { PLIMSOLL_SIGNER_KEY: signer.key })
  })
  const posted = { underlyings: SYMBOLS, history: { underlyings: SYMBOLS } }
  const config = { ...shared, name: 'poster', port: item(ports, SIGNERS), signers: urls, ...posted }
  return [...running, startPublisher(site, 'post', config, { PLIMSOLL_POSTER_KEY: poster.key })]
}

type Keys = Readonly<Record<string, string>>

function startPublisher(
  site: Site,
  role: 'sign' | 'post',
  config: { name: string; port: number },
  keys: Keys,
): Publisher {
  const file = join(site.folder, `${config.name}.json`)
  writeFileSync(file, JSON.stringify(config))
  const main = fileURLToPath(new URL('../feeds.ts', import.meta.url))
  const args = [main, role, '--config', file, ...(role === 'post' ? ['--json'] : [])]
  const env = { ...process.env, ...keys }
  const child = startChild(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const publisher: Publisher = {
    name: config.name,
    child,
    health: `http://127.0.0.1:${config.port}/health`,
    out: '',
    err: '',
  }
  child.stdout?.on('data', (chunk: Buffer) => {
    publisher.out += chunk
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    publisher.err = `${publisher.err}${chunk}`.slice(-4_000)
  })
  return publisher
}

function quotesFile({ folder }: Site, signer: number, symbol: string): string {
  return join(folder, `quotes-${signer}-${symbol}.csv`)
}

function pricesFile({ folder }: Site, signer: number): string {
  return join(folder, `prices-${signer}.csv`)
}

/** Prices and quotes of `time`, then blocks until every underlying has a surface of then, and a history. */
async function postAt(site: Site, publishers: readonly Publisher[], time: number): Promise<void> {
  for (const symbol of SYMBOLS) {
    const rows = chainRows(symbol, time)
    for (let i = 0; i < SIGNERS; i++) {
      writeRows(
        quotesFile(site, i, symbol),
        rows.filter((_, row) => row % MISSED !== i),
      )
    }
  }
  const prices = priceRows(SYMBOLS, time)
  for (let i = 0; i < SIGNERS; i++) {
    // None of the hours before midnight, whose prices are the daily ones.
    const isMissed = (t: number) => t % DAY === (FIRST_MISSED + i) * HOUR
    writeRows(
      pricesFile(site, i),
      prices.map((row) => (isMissed(Number(row.t)) ? withoutPrices(row) : row)),
    )
  }
  site.now = time - 1
  await perform(site, await pushes(site, pricesAt(time)), SYMBOLS.length)
  await until(publishers, time, async () => {
    await site.chain.mine(++site.now)
    return SYMBOLS.every((symbol) => {
      const lines = postedOf(publishers, symbol)
      return lines.some(({ type }) => type === 'history') && surfaceAt(lines, time) !== undefined
    })
  })
  for (const symbol of SYMBOLS) {
    const lines = postedOf(publishers, symbol)
    await printSurface(site, symbol, surfaceAt(lines, time))
    for (const line of lines) if (line.type === 'history' && line.timestamp >= time) printHistory(symbol, line)
  }
}

/** Asks again until `condition` holds. @throws NothingPostedError when that takes too long or a publisher ends */
async function until(publishers: readonly Publisher[], time: number, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await condition())) {
    const ended = publishers.some(({ child }) => child.exitCode !== null)
    if (ended || Date.now() > deadline) {
      throw new NothingPostedError(time, publishers.map(({ name, err }) => `\n${name}: ${err.trim()}`).join(''))
    }
    await new Promise((resolve) => setTimeout(resolve, BLOCK_MS))
  }
}

function postedOf(publishers: readonly Publisher[], symbol: string): Posted[] {
  const lines = publishers.flatMap(({ out }) => out.split('\n').slice(0, -1))
  const posted = lines.map((line) => JSON.parse(line) as Posted) // the poster's own lines
  return posted.filter(({ underlying }) => underlying === symbol)
}

function surfaceAt(lines: readonly Posted[], time: number): Posted | undefined {
  return lines.find(({ type, timestamp }) => type === 'surface' && timestamp === time)
}

const iso = (seconds: number) => new Date(seconds * 1_000).toISOString().slice(0, 16)
const percent = (wad: bigint) => `${(100 * Number(formatUnits(wad, 18))).toFixed(1)} %`

async function printSurface({ chain, deployment }: Site, symbol: string, posted: Posted | undefined): Promise<void> {
  if (!posted) return
  const client = createPublicClient({ transport: http(chain.rpc.url) })
  const underlying = deployment.underlyings.find((each) => each.symbol === symbol)?.id ?? 0
  const { expiries, fresh } = await getSeries(client, { deployment: parseDeployment(deployment), underlying })
  const { timestamp, cause, signers, gasUsed } = posted
  const ends = expiries.map(({ expiry, atTheMoney }) => `  ${iso(expiry)}  ${percent(atTheMoney)} at the money`)
  process.stdout.write(
    [
      `${symbol} ${iso(timestamp)}: surface posted (${cause}), ${signers.length} of ${SIGNERS} signatures, gas ${gasUsed}, ${fresh ? 'fresh' : 'stale'}`,
      ...ends,
      '',
    ].join('\n'),
  )
}

function printHistory(symbol: string, posted: Extract<Posted, { readonly type: 'history' }>): void {
  const { timestamp, cause, signers, gasUsed, weights, offset } = posted
  const caps = unpackCaps(BigInt(weights)).map((cap) => Math.round((100 * Number(cap)) / Number(FULL_CAP)))
  process.stdout.write(
    `${symbol} ${iso(timestamp)}: history posted (${cause}), ${signers.length} of ${SIGNERS} signatures, gas ${gasUsed}\n` +
      `  caps ${caps.join(' ')} % of the tail by price, offset ${(offset / 10_000).toFixed(1)} %\n`,
  )
}
