/** What every simulated day has in common: blocks are mined, read and audited one by one, while keepers and traders act. */
import type { AccountId } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import { Audit } from './audit.ts'
import { type RunningKeeper, startKeepers, stopKeepers } from './keepers.ts'
import { fillsOnChain, type JournalRecord, readJournal, type SettledFill } from './matching/comparison.ts'
import { Matching } from './matching/matching.ts'
import type { BlockView, Observer } from './observer.ts'
import type { Site } from './site.ts'
import { type Sample, Standings } from './standings.ts'
import { Tally } from './tally.ts'
import { type Interest, settlement, type Trade } from './trades.ts'

export type Progress = {
  stage: string
  done: number
  total: number
  /** Unix seconds of the simulated day. */
  time: number
  breached: number
  liquidated: number
  blocks: number
}

export type TimelinePoint = Sample & { t: number; prices: bigint[]; slices: number }

export type Outcome<W = Site & { traders: readonly unknown[] }> = {
  world: W
  audit: Audit
  standings: Standings
  tally: Tally
  timeline: TimelinePoint[]
  /** Block with the first price of the day, and the last block. */
  firstBlock: number
  lastBlock: number
  /** Steps after which a keeper had not scanned in time. */
  lateScans: number
  skippedSteps: number
  /** What the matcher settled, by the chain and by its journal. */
  trading: { fills: readonly SettledFill[]; journal: JournalRecord } | undefined
}

/** Seconds between the blocks that follow a price. */
export const BLOCK_SECONDS = 2

type Caller = { account: AccountId; isAttentive: boolean }

export abstract class Simulation<T extends Caller, W extends Site & { traders: readonly T[] }> {
  protected readonly world: W
  protected readonly audit: Audit
  protected readonly standings: Standings
  protected readonly tally: Tally
  protected readonly timeline: TimelinePoint[] = []
  protected keepers: RunningKeeper[] = []
  protected block = 0
  protected firstBlock = 0
  protected lateScans = 0
  protected skippedSteps = 0
  /** What the actors send into the next block. */
  protected queue: Hex[] = []
  readonly #observer: Observer
  readonly #onProgress: (progress: Progress) => void
  readonly #traders: ReadonlyMap<AccountId, T>
  readonly #toppedUp = new Set<AccountId>()

  /** @param clearing Accounts of the system beside those of the underlyings */
  constructor(
    world: W,
    observer: Observer,
    onProgress: (progress: Progress) => void,
    clearing: readonly AccountId[] = [],
  ) {
    this.world = world
    this.#observer = observer
    this.#onProgress = onProgress
    const ids = world.deployment.underlyings.map(({ id }) => id)
    this.audit = new Audit(observer, ids, clearing)
    this.#traders = new Map(world.traders.map((trader) => [trader.account, trader]))
    this.standings = new Standings(this.audit.ledger, [...this.#traders.keys()])
    this.tally = new Tally(world)
  }

  /** A block as it was read: audited, counted, and answered. @param pushed Prices came with it */
  protected abstract take(view: BlockView, pushed: boolean): Promise<void>

  /** The transaction with which a trader adds collateral. */
  protected abstract topUp(trader: T): Promise<Hex>

  /** Reads the blocks in which the books were opened. */
  protected async readOpening(): Promise<void> {
    this.block = this.world.deployedAt
    await this.#catchUp(Number(await this.world.chain.rpc.call<Hex>('eth_blockNumber')))
  }

  /** The next block is the first of the day. */
  protected async startKeepers(): Promise<void> {
    this.keepers = await startKeepers(this.world)
    this.firstBlock = this.block + 1
  }

  protected async hasPending(): Promise<boolean> {
    const method = 'eth_getBlockTransactionCountByNumber'
    return Number(await this.world.chain.rpc.call<Hex>(method, ['pending'])) > 0
  }

  protected async mine(timestamp: number, pushed: boolean): Promise<void> {
    this.world.now = timestamp
    await this.#catchUp(await this.world.chain.mine(timestamp), pushed)
  }

  async #catchUp(to: number, pushed = false): Promise<void> {
    while (this.block < to) {
      this.block += 1
      await this.take(await this.#observer.read(this.block), pushed)
    }
  }

  /** Attentive traders add collateral at their first margin call of the day. */
  protected async answerCall(account: AccountId): Promise<void> {
    const trader = this.#traders.get(account)
    if (!trader?.isAttentive || this.firstBlock === 0 || this.#toppedUp.has(account)) return
    this.#toppedUp.add(account)
    this.queue.push(await this.topUp(trader))
  }

  /** The final comparison of events and contract. */
  protected async close(): Promise<Outcome<W>> {
    const trading = await this.#endTrading()
    await this.audit.compare(this.block)
    this.tally.end(this.audit.ledger, await this.#observer.read(this.block))
    return {
      world: this.world,
      audit: this.audit,
      standings: this.standings,
      tally: this.tally,
      timeline: this.timeline,
      firstBlock: this.firstBlock,
      lastBlock: this.block,
      lateScans: this.lateScans,
      skippedSteps: this.skippedSteps,
      trading,
    }
  }

  /** Mines what is matched already, then ends the matcher. */
  async #endTrading(): Promise<Outcome['trading']> {
    const { matching } = this.world
    if (!matching) return undefined
    while (await matching.ready()) await this.mine(this.world.now + BLOCK_SECONDS, false)
    await matching.stop()
    return { fills: await fillsOnChain(this.world), journal: readJournal(matching.journal) }
  }

  /** Standing quotes of makers, for everybody, until a block at `until` is read. Only a matcher has books where they stand. */
  protected async quote(quotesOf: () => readonly Interest[], until: number): Promise<void> {
    const { matching } = this.world
    const quotes = matching ? quotesOf() : []
    if (!matching || quotes.length === 0) return
    await matching.ready()
    await matching.quote(quotes, { expiry: Matching.lastBefore(until) })
  }

  /**
   * Sells what keepers took over: by orders to the matcher, good until a block at `until` is read; without one every keeper has
   * a settlement of its own, so that a failing one does not hold up the other.
   */
  protected async resell(trades: readonly Trade[], until: number): Promise<void> {
    const { matching } = this.world
    if (!matching) {
      const own = Map.groupBy(trades, ({ wallet }) => wallet)
      for (const all of own.values()) this.queue.push(await settlement(this.world, all))
    } else if (trades.length > 0 && !(await matching.ready())) {
      await matching.take(trades, { expiry: Matching.lastBefore(until), reduceOnly: true })
    }
  }

  async stop(): Promise<void> {
    await stopKeepers(this.keepers)
    await endSite(this.world)
  }

  protected report(done: number, total: number): void {
    this.#onProgress({
      stage: 'replaying',
      done,
      total,
      time: this.world.now,
      breached: this.standings.breached,
      liquidated: this.standings.liquidated.size,
      blocks: this.block,
    })
  }
}

/** Deploys, funds and opens books, telling each stage. */
export async function prepare<W extends Site>(
  { onProgress, withMatcher, seed }: PreparationOptions,
  { create, fund, open }: Preparation<W>,
): Promise<W> {
  const stage = (name: string, done: number) =>
    onProgress({ stage: name, done, total: 3, time: 0, breached: 0, liquidated: 0, blocks: 0 })
  stage('deploying', 0)
  const world = await create()
  try {
    stage('funding', 1)
    await fund(world)
    stage('opening books', 2)
    if (withMatcher) world.matching = await Matching.start(world, seed)
    await open(world)
    return world
  } catch (error) {
    await endSite(world)
    throw error
  }
}

async function endSite({ matching, chain }: Site): Promise<void> {
  await matching?.stop()
  await chain.stop()
}

type PreparationOptions = { onProgress: (progress: Progress) => void; withMatcher: boolean; seed: number }
type Preparation<W> = {
  create: () => Promise<W>
  fund: (world: W) => Promise<void>
  open: (world: W) => Promise<void>
}
