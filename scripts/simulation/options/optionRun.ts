/** One run with options: surfaces and prices of the crash against open option books, with the keepers of the linear run. */
import { type AccountId, ownerOf, type Portfolio, type Snapshot, seriesAbi, unpackSurface } from '@plimsoll/sdk'
import { decodeFunctionResult, encodeFunctionData, type Hex } from 'viem'
import type { Chain } from '../chain.ts'
import { allScanned, type KeeperPlan, keeperPlans } from '../keepers.ts'
import { type BlockView, call } from '../observer.ts'
import { item } from '../population.ts'
import { BLOCK_SECONDS, type Outcome, type Progress, prepare, Simulation } from '../simulation.ts'
import { ownersOf, pushes } from '../site.ts'
import type { Interest } from '../trades.ts'
import { send } from '../wallet.ts'
import { ArrayCache } from './arrayCache.ts'
import type { OptionDay, SurfaceStep } from './optionDay.ts'
import { optionQuotes, optionResales } from './optionDesk.ts'
import { OptionObserver } from './optionObserver.ts'
import {
  createOptionWorld,
  fundOptions,
  type OptionWorld,
  openOptions,
  type SharedMode,
  topUpOptions,
} from './optionWorld.ts'
import { Settler } from './settler.ts'
import { atTheMoney, posts } from './surfaces.ts'

export type OptionRunOptions = {
  day: OptionDay
  /** Of all who are neither in Cross nor in Isolated mode. */
  mode: SharedMode
  accounts: number
  seed: number
  prefer?: Chain['kind'] | undefined
  /** All trades through a matcher. */
  withMatcher: boolean
  /** Others than `keeperPlans`. */
  keepers?: readonly KeeperPlan[] | undefined
  onProgress: (progress: Progress) => void
}

/** Volatility at the money of `expiry` when a surface was posted, as fractions, in the order of the symbols. */
type VolatilityPoint = { t: number; quoted: number[]; onChain: number[] }

/** Fractions of the way that the chain took, WAD, one per message. */
type SurfaceTally = { fractions: bigint[] }

/** A trader as he stood at one block. */
export type Stand = { account: AccountId; portfolio: Portfolio; snapshot: Snapshot }

export type OptionOutcome = Outcome<OptionWorld> & {
  surfaces: SurfaceTally
  volatility: { expiry: number; points: VolatilityPoint[] }
  settler: Settler
  cache: ArrayCache
  /** Books as opened, and at the first breach of those that had one. */
  opened: Stand[]
  breaches: Stand[]
}

const MOST_BLOCKS_PER_STEP = 8
/** Further blocks until the next price while somebody is liquidatable: discounts grow with time. */
const WAITING_SECONDS = 180
/** How long a block waits for the keepers. */
const SCAN_MS = 10_000
/** Final blocks without a price. */
const CLOSING_BLOCKS = 30
const CLOSING_SECONDS = 20
/** The chart follows the volatility of the expiry nearest to this. */
const CHARTED_SECONDS = 30 * 86_400

/** What happens at one time of the day: new prices, a new surface, or both. */
type Step = { t: number; prices: readonly bigint[] | undefined; surface: SurfaceStep | undefined }

export async function runOptions(options: OptionRunOptions): Promise<OptionOutcome> {
  const simulation = await OptionSimulation.start(options)
  try {
    await simulation.day()
    return await simulation.finish()
  } finally {
    await simulation.stop()
  }
}

type Trader = OptionWorld['traders'][number]

class OptionSimulation extends Simulation<Trader, OptionWorld> {
  readonly #observer: OptionObserver
  readonly #settler: Settler
  readonly #cache = new ArrayCache()
  readonly #volatility: OptionOutcome['volatility']
  readonly #surfaces: SurfaceTally = { fractions: [] }
  readonly #breaches: Stand[] = []
  #opened: Stand[] = []
  #view: BlockView | undefined
  /** Up to the last point of the timeline. */
  #slices = 0

  private constructor({ onProgress }: OptionRunOptions, world: OptionWorld) {
    const observer = new OptionObserver(world)
    const settler = new Settler(world)
    super(world, observer, onProgress, settler.clearingAccounts())
    this.#observer = observer
    this.#settler = settler
    this.#volatility = { expiry: chartedExpiry(world.day), points: [] }
  }

  static async start(options: OptionRunOptions): Promise<OptionSimulation> {
    const { day, mode, accounts, seed, prefer, withMatcher, keepers = keeperPlans(withMatcher) } = options
    const world = await prepare(options, {
      create: () => createOptionWorld({ day, mode, accounts, seed, keepers, prefer }),
      fund: fundOptions,
      open: openOptions,
    })
    return new OptionSimulation(options, world)
  }

  async day(): Promise<void> {
    const { day } = this.world
    await this.readOpening()
    this.#observer.follow(this.audit.ledger)
    await this.#settler.record(item(day.schedule.steps, 0).t, item(day.schedule.steps, 0).prices)
    this.#opened = this.#stands(this.world.traders.map(({ account }) => account))
    await this.startKeepers()
    const steps = stepsOf(day)
    for (const [index, step] of steps.entries()) {
      await this.#step(step, steps[index + 1]?.t ?? step.t + MOST_BLOCKS_PER_STEP * BLOCK_SECONDS)
      this.report(index + 1, steps.length)
    }
  }

  async #step({ t, prices, surface }: Step, until: number): Promise<void> {
    const world = this.world
    const raw = prices ? await pushes(world, prices) : []
    if (surface) raw.push(...(await posts(world, world.signers, surface)))
    await send(world.chain.rpc, raw)
    await this.mine(t, true)
    if (prices) await this.#settler.record(t, prices)
    if (surface) {
      await this.#notePosted(surface)
      this.queue.push(...((await world.historian?.due()) ?? []))
    }
    await this.quote(() => this.#quotes(), until)
    await this.#followUp(until)
    while (this.standings.breached > 0 && this.world.now + WAITING_SECONDS < until) {
      await this.mine(this.world.now + WAITING_SECONDS, false)
      await this.#followUp(until)
    }
    if (!prices) return
    const sample = this.standings.sample()
    this.timeline.push({ ...sample, t, prices: [...prices], slices: this.tally.slices - this.#slices })
    this.#slices = this.tally.slices
  }

  /** For what may be liquidated now, and what keepers hold: quotes for everything would be thousands at every price. */
  #quotes(): readonly Interest[] {
    if (!this.#view) return []
    const { ledger } = this.audit
    const keepers = new Set(this.world.keepers.flatMap(ownersOf))
    const ofKeepers = ledger.accounts().filter((account) => keepers.has(ownerOf(account)))
    const held = [...this.standings.uncleared(), ...ofKeepers].map((account) => ledger.portfolio(account))
    return optionQuotes(this.world, held, this.#view.snapshot)
  }

  /** Blocks after a price until nobody has anything to do, or the next step is due. */
  async #followUp(until: number): Promise<void> {
    for (let blocks = 0; blocks < MOST_BLOCKS_PER_STEP; blocks++) {
      if (!(await allScanned(this.keepers, this.block, SCAN_MS))) this.lateScans += 1
      const world = this.world
      const next = world.now + BLOCK_SECONDS
      if (next >= until) return
      if (this.#view) await this.resell(optionResales(world, this.audit.ledger, this.#view.snapshot), until)
      this.queue.push(...(await this.#settler.averages(next)))
      this.queue.push(...(await this.#settler.settlements(world.now, this.audit.ledger)))
      await world.matching?.offered()
      await send(world.chain.rpc, this.queue.splice(0))
      if (!(await this.hasPending())) return
      await this.mine(next, false)
    }
  }

  protected async take(view: BlockView, pushed: boolean): Promise<void> {
    this.#view = view
    this.#cache.before(view, this.audit.ledger)
    const changed = await this.audit.block(view)
    this.#cache.after(view, this.audit.ledger)
    this.tally.block(view)
    this.#settler.note(view)
    this.world.historian?.note(view)
    for (const event of view.transactions.flatMap(({ events }) => events)) {
      if (event.kind === 'surface') this.#surfaces.fractions.push(event.fraction)
    }
    const episodes = this.standings.episodes.length
    for (const account of this.standings.update(view, changed, pushed)) await this.answerCall(account)
    this.#breaches.push(...this.#stands(this.standings.episodes.slice(episodes).map(({ account }) => account)))
  }

  #stands(accounts: readonly AccountId[]): Stand[] {
    const { snapshot } = this.#view ?? {}
    if (!snapshot) return []
    return accounts.map((account) => ({ account, portfolio: this.audit.ledger.portfolio(account), snapshot }))
  }

  protected topUp(trader: Trader): Promise<Hex> {
    return topUpOptions(this.world, trader)
  }

  /** The volatility that was signed, and the one that the chain stored. */
  async #notePosted({ t, surfaces }: SurfaceStep): Promise<void> {
    const { expiry, points } = this.#volatility
    const quotes = surfaces.map((own) => own.find((quote) => quote.expiry === expiry))
    if (quotes.some((quote) => quote === undefined)) return
    const onChain = await Promise.all(
      this.world.deployment.underlyings.map(({ id }) => this.#storedVolatility(id, expiry)),
    )
    points.push({ t, quoted: quotes.map((quote) => atTheMoney(quote?.theta ?? 0n, expiry - t)), onChain })
  }

  async #storedVolatility(underlying: number, expiry: number): Promise<number> {
    const { chain, deployment } = this.world
    const at = { abi: seriesAbi } as const
    const word = encodeFunctionData({ ...at, functionName: 'surface', args: [underlying, expiry] })
    const epoch = encodeFunctionData({ ...at, functionName: 'epoch', args: [underlying] })
    const calls = [word, epoch].map((data) => call(deployment.series, data, 'latest'))
    const [first, second] = (await chain.rpc.batch(calls)) as [Hex, Hex] // results of the two calls
    const { slice } = unpackSurface(decodeFunctionResult({ ...at, functionName: 'surface', data: first }))
    const { surfaceAt } = decodeFunctionResult({ ...at, functionName: 'epoch', data: second })
    return atTheMoney(slice.theta, expiry - Number(surfaceAt))
  }

  /** Some minutes at the last price, then the final comparison of events and contract. */
  async finish(): Promise<OptionOutcome> {
    for (let i = 0; i < CLOSING_BLOCKS && (i === 0 || this.#isBusy()); i++) {
      this.queue.push(...(await this.#settler.averages(this.world.now + CLOSING_SECONDS)))
      this.queue.push(...(await this.#settler.settlements(this.world.now, this.audit.ledger)))
      await send(this.world.chain.rpc, this.queue.splice(0))
      await this.mine(this.world.now + CLOSING_SECONDS, true)
      await allScanned(this.keepers, this.block, SCAN_MS)
    }
    return {
      ...(await this.close()),
      surfaces: this.#surfaces,
      volatility: this.#volatility,
      settler: this.#settler,
      cache: this.#cache,
      opened: this.#opened,
      breaches: this.#breaches,
    }
  }

  #isBusy(): boolean {
    return this.standings.breached > 0 || this.#settler.holders(this.audit.ledger).length > 0
  }
}

/** Prices and surfaces after the first, at which the books are opened. */
function stepsOf({ schedule, steps }: OptionDay): Step[] {
  const prices = new Map(schedule.steps.slice(1).map((step) => [step.t, step.prices]))
  const surfaces = new Map(steps.slice(1).map((step) => [step.t, step]))
  const times = [...new Set([...prices.keys(), ...surfaces.keys()])].sort((a, b) => a - b)
  return times.map((t) => ({ t, prices: prices.get(t), surface: surfaces.get(t) }))
}

function chartedExpiry({ steps, schedule }: OptionDay): number {
  const first = item(steps, 0)
  const last = schedule.steps.at(-1)?.t ?? first.t
  const lasting = item(first.surfaces, 0)
    .map(({ expiry }) => expiry)
    .filter((expiry) => expiry > last)
  const distance = (expiry: number) => Math.abs(expiry - first.t - CHARTED_SECONDS)
  return lasting.reduce((best, expiry) => (distance(expiry) < distance(best) ? expiry : best))
}
