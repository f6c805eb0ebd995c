/** One run: prices against open books, with keepers that nobody waits for longer than a few blocks. */
import type { Hex } from 'viem'
import type { PriceStep, Schedule } from '../market/schedule.ts'
import type { Chain } from './chain.ts'
import { resales, standingQuotes } from './desk.ts'
import { allScanned, type KeeperPlan, keeperPlans } from './keepers.ts'
import { type BlockView, Observer } from './observer.ts'
import { item } from './population.ts'
import { BLOCK_SECONDS, type Outcome, type Progress, prepare, Simulation } from './simulation.ts'
import { pushes } from './site.ts'
import { send } from './wallet.ts'
import { createWorld, fund, open, topUp, type World } from './world.ts'

export type RunOptions = {
  schedule: Schedule
  accounts: number
  seed: number
  prefer?: Chain['kind'] | undefined
  /** All trades through a matcher. */
  withMatcher: boolean
  /** Others than `keeperPlans`. */
  keepers?: readonly KeeperPlan[] | undefined
  onProgress: (progress: Progress) => void
}

/** Wall-clock time for the prices; some are left out to keep it, in the window only when it is this much behind. */
const BUDGET_MS = 110_000
const WINDOW_PATIENCE = 1.3
const MOST_BLOCKS_PER_STEP = 6
/** Chainlink answers at least every hour; the protocol takes an answer as stale five minutes later. */
const LONGEST_GAP_SECONDS = 1_800
/** Final blocks without a price, so that the keepers can finish: ten minutes. */
const CLOSING_BLOCKS = 60
const CLOSING_SECONDS = 10

export async function run(options: RunOptions): Promise<Outcome<World>> {
  const simulation = await LinearSimulation.start(options)
  try {
    await simulation.day()
    return await simulation.finish()
  } finally {
    await simulation.stop()
  }
}

type Trader = World['traders'][number]

class LinearSimulation extends Simulation<Trader, World> {
  readonly #schedule: Schedule

  private constructor({ schedule, onProgress }: RunOptions, world: World) {
    super(world, new Observer(world), onProgress)
    this.#schedule = schedule
  }

  static async start(options: RunOptions): Promise<LinearSimulation> {
    const { schedule, accounts, seed, prefer, withMatcher, keepers = keeperPlans(withMatcher) } = options
    const first = item(schedule.steps, 0)
    const settings = { accounts, seed, first, symbols: schedule.symbols, keepers, prefer }
    const world = await prepare(options, {
      create: () => createWorld(settings),
      fund: (made) => fund(made, settings),
      open: (made) => open(made, settings),
    })
    return new LinearSimulation(options, world)
  }

  async day(): Promise<void> {
    await this.readOpening()
    await this.startKeepers()
    const { steps } = this.#schedule
    const pace = { start: performance.now(), total: steps.length }
    for (const [index, step] of steps.entries()) {
      if (this.#canSkip(step, index, pace)) {
        this.skippedSteps += 1
        continue
      }
      const until = steps[index + 1]?.t ?? step.t + MOST_BLOCKS_PER_STEP * BLOCK_SECONDS
      const last = index === steps.length - 1 ? until + CLOSING_BLOCKS * CLOSING_SECONDS : until
      // The market has a price before the chain: makers quote at it before the block that brings it.
      await this.quote(() => standingQuotes(this.world, this.audit.ledger, step.prices), last)
      await send(this.world.chain.rpc, await pushes(this.world, step.prices))
      const slices = this.tally.slices
      await this.mine(step.t, true)
      await this.resell(resales(this.world, this.audit.ledger, step.prices), last)
      await this.#followUp(until)
      this.timeline.push({ ...this.standings.sample(), ...step, slices: this.tally.slices - slices })
      this.report(index + 1, steps.length)
    }
  }

  /**
   * Prices are left out when the run is behind its time: quiet ones first, then such in the window that are no new extreme
   * of the day; never so many that the feeds would go stale.
   */
  #canSkip({ t, isExtreme }: PriceStep, index: number, { start, total }: { start: number; total: number }): boolean {
    const { from, to } = this.#schedule.window
    if (index === total - 1 || t - this.world.now > LONGEST_GAP_SECONDS) return false
    const pace = (performance.now() - start) / ((BUDGET_MS * (index + 1)) / total)
    const isQuiet = t < from || t >= to
    return isQuiet ? pace > 1 : pace > WINDOW_PATIENCE && !isExtreme
  }

  /** Blocks after a price until nobody has anything to do, or the next price is due. */
  async #followUp(until: number): Promise<void> {
    for (let blocks = 0; blocks < MOST_BLOCKS_PER_STEP; blocks++) {
      if (!(await allScanned(this.keepers, this.block))) this.lateScans += 1
      await this.world.matching?.offered()
      await send(this.world.chain.rpc, this.queue.splice(0))
      const next = this.world.now + BLOCK_SECONDS
      if (next >= until || !(await this.hasPending())) return
      await this.mine(next, false)
    }
  }

  protected async take(view: BlockView, pushed: boolean): Promise<void> {
    const changed = await this.audit.block(view)
    this.tally.block(view)
    for (const account of this.standings.update(view, changed, pushed)) await this.answerCall(account)
  }

  protected topUp(trader: Trader): Promise<Hex> {
    return topUp(this.world, trader)
  }

  /** Some minutes at the last price, then the final comparison of events and contract. */
  async finish(): Promise<Outcome<World>> {
    for (let i = 0; i < CLOSING_BLOCKS && (this.standings.breached > 0 || i === 0); i++) {
      await this.mine(this.world.now + CLOSING_SECONDS, true)
      await allScanned(this.keepers, this.block)
    }
    return this.close()
  }
}
