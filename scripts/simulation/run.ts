/** One run: prices against open books, with two keepers that nobody waits for longer than a few blocks. */
import type { AccountId } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import type { PriceStep, Schedule } from '../market/schedule.ts'
import { Audit } from './audit.ts'
import type { Chain } from './chain.ts'
import { unwind } from './desk.ts'
import { allScanned, KEEPERS, type RunningKeeper, startKeepers, stopKeepers } from './keepers.ts'
import { type BlockView, Observer } from './observer.ts'
import { item } from './population.ts'
import { pushes, type Site } from './site.ts'
import { type Sample, Standings } from './standings.ts'
import { Tally } from './tally.ts'
import { send } from './wallet.ts'
import { createWorld, fund, open, topUp, type World } from './world.ts'

export type RunOptions = {
  schedule: Schedule
  accounts: number
  seed: number
  prefer?: Chain['kind'] | undefined
  onProgress: (progress: Progress) => void
}

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

export type Outcome = {
  world: Site & { traders: readonly unknown[] }
  audit: Audit
  standings: Standings
  tally: Tally
  timeline: TimelinePoint[]
  /** Block with the first price of the schedule, and the last block. */
  firstBlock: number
  lastBlock: number
  /** Steps after which a keeper had not scanned in time. */
  lateScans: number
  skippedSteps: number
}

/** Wall-clock time for the prices; some are left out to keep it, in the window only when it is this much behind. */
const BUDGET_MS = 110_000
const WINDOW_PATIENCE = 1.3
/** Seconds between the blocks that follow a price. */
const BLOCK_SECONDS = 2
const MOST_BLOCKS_PER_STEP = 6
/** Chainlink answers at least every hour; the protocol takes an answer as stale five minutes later. */
const LONGEST_GAP_SECONDS = 1_800
/** Final blocks without a price, so that the keepers can finish: ten minutes. */
const CLOSING_BLOCKS = 60
const CLOSING_SECONDS = 10

export async function run(options: RunOptions): Promise<Outcome> {
  const simulation = await Simulation.start(options)
  try {
    await simulation.day()
    return await simulation.finish()
  } finally {
    await simulation.stop()
  }
}

class Simulation {
  readonly #options: RunOptions
  readonly #world: World
  readonly #observer: Observer
  readonly #audit: Audit
  readonly #standings: Standings
  readonly #tally: Tally
  readonly #traders: Map<AccountId, World['traders'][number]>
  readonly #toppedUp = new Set<AccountId>()
  readonly #timeline: TimelinePoint[] = []
  #keepers: RunningKeeper[] = []
  #block = 0
  #firstBlock = 0
  #lateScans = 0
  #skippedSteps = 0
  /** What the actors send into the next block after the price. */
  #queue: Hex[] = []

  private constructor(options: RunOptions, world: World) {
    this.#options = options
    this.#world = world
    this.#observer = new Observer(world)
    this.#audit = new Audit(
      this.#observer,
      world.deployment.underlyings.map(({ id }) => id),
    )
    this.#standings = new Standings(
      this.#audit.ledger,
      world.traders.map(({ account }) => account),
    )
    this.#tally = new Tally(world)
    this.#traders = new Map(world.traders.map((trader) => [trader.account, trader]))
  }

  static async start(options: RunOptions): Promise<Simulation> {
    const { schedule, accounts, seed, prefer, onProgress } = options
    const stage = (name: string, done: number) =>
      onProgress({ stage: name, done, total: 3, time: 0, breached: 0, liquidated: 0, blocks: 0 })
    const keepersUsd = KEEPERS.map(({ capitalUsd }) => capitalUsd)
    const first = item(schedule.steps, 0)
    const settings = { accounts, seed, first, symbols: schedule.symbols, keepersUsd, prefer }
    stage('deploying', 0)
    const world = await createWorld(settings)
    stage('funding', 1)
    await fund(world, settings)
    stage('opening books', 2)
    await open(world, settings)
    return new Simulation(options, world)
  }

  async day(): Promise<void> {
    const { chain, deployedAt } = this.#world
    this.#block = deployedAt
    await this.#catchUp(Number(await chain.rpc.call<Hex>('eth_blockNumber')))
    this.#keepers = await startKeepers(this.#world)
    const { steps } = this.#options.schedule
    this.#firstBlock = this.#block + 1
    const pace = { start: performance.now(), total: steps.length }
    for (const [index, step] of steps.entries()) {
      if (this.#canSkip(step, index, pace)) {
        this.#skippedSteps += 1
        continue
      }
      const until = steps[index + 1]?.t ?? step.t + MOST_BLOCKS_PER_STEP * BLOCK_SECONDS
      await send(chain.rpc, await pushes(this.#world, step.prices))
      const slices = this.#tally.slices
      await this.#mine(step.t, true)
      this.#queue.push(...(await unwind(this.#world, this.#audit.ledger, step.prices)))
      await this.#followUp(until)
      this.#timeline.push({ ...this.#standings.sample(), ...step, slices: this.#tally.slices - slices })
      this.#report(index + 1)
    }
  }

  /**
   * Prices are left out when the run is behind its time: quiet ones first, then such in the window that are no new extreme
   * of the day; never so many that the feeds would go stale.
   */
  #canSkip({ t, isExtreme }: PriceStep, index: number, { start, total }: { start: number; total: number }): boolean {
    const { from, to } = this.#options.schedule.window
    if (index === total - 1 || t - this.#world.now > LONGEST_GAP_SECONDS) return false
    const pace = (performance.now() - start) / ((BUDGET_MS * (index + 1)) / total)
    const isQuiet = t < from || t >= to
    return isQuiet ? pace > 1 : pace > WINDOW_PATIENCE && !isExtreme
  }

  /** Blocks after a price until nobody has anything to do, or the next price is due. */
  async #followUp(until: number): Promise<void> {
    for (let blocks = 0; blocks < MOST_BLOCKS_PER_STEP; blocks++) {
      if (!(await allScanned(this.#keepers, this.#block))) this.#lateScans += 1
      const mine = this.#queue.splice(0)
      await send(this.#world.chain.rpc, mine)
      const next = this.#world.now + BLOCK_SECONDS
      if (next >= until || !(await this.#hasPending())) return
      await this.#mine(next, false)
    }
  }

  async #hasPending(): Promise<boolean> {
    const method = 'eth_getBlockTransactionCountByNumber'
    return Number(await this.#world.chain.rpc.call<Hex>(method, ['pending'])) > 0
  }

  async #mine(timestamp: number, pushed: boolean): Promise<void> {
    this.#world.now = timestamp
    await this.#catchUp(await this.#world.chain.mine(timestamp), pushed)
  }

  async #catchUp(to: number, pushed = false): Promise<void> {
    while (this.#block < to) {
      this.#block += 1
      await this.#take(await this.#observer.read(this.#block), pushed)
    }
  }

  async #take(view: BlockView, pushed: boolean): Promise<void> {
    const changed = await this.#audit.block(view)
    this.#tally.block(view)
    for (const account of this.#standings.update(view, changed, pushed)) await this.#answerCall(account)
  }

  /** Attentive traders add collateral at their first margin call of the day. */
  async #answerCall(account: AccountId): Promise<void> {
    const trader = this.#traders.get(account)
    if (!trader?.isAttentive || this.#firstBlock === 0 || this.#toppedUp.has(account)) return
    this.#toppedUp.add(account)
    this.#queue.push(await topUp(this.#world, trader))
  }

  /** Some minutes at the last price, then the final comparison of events and contract. */
  async finish(): Promise<Outcome> {
    for (let i = 0; i < CLOSING_BLOCKS && (this.#standings.breached > 0 || i === 0); i++) {
      await this.#mine(this.#world.now + CLOSING_SECONDS, true)
      await allScanned(this.#keepers, this.#block)
    }
    await this.#audit.compare(this.#block)
    this.#tally.end(this.#audit.ledger, await this.#observer.read(this.#block))
    return {
      world: this.#world,
      audit: this.#audit,
      standings: this.#standings,
      tally: this.#tally,
      timeline: this.#timeline,
      firstBlock: this.#firstBlock,
      lastBlock: this.#block,
      lateScans: this.#lateScans,
      skippedSteps: this.#skippedSteps,
    }
  }

  async stop(): Promise<void> {
    await stopKeepers(this.#keepers)
    await this.#world.chain.stop()
  }

  #report(done: number): void {
    this.#options.onProgress({
      stage: 'replaying',
      done,
      total: this.#options.schedule.steps.length,
      time: this.#world.now,
      breached: this.#standings.breached,
      liquidated: this.#standings.liquidated.size,
      blocks: this.#block,
    })
  }
}
