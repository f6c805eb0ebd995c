/** Where trades meet when a matcher runs: signed orders go over HTTP, the matcher settles them in batches. */
import { encodeInstrumentId } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import { type Answer, MatcherService, type SignedOrder } from '../../matcher/service.ts'
import { item } from '../population.ts'
import { giveGas, MOST_LEGS, type Site } from '../site.ts'
import { counterpart, type Interest, orderTerms, type Trade } from '../trades.ts'
import { Wallet } from '../wallet.ts'
import { Answers, codeOf, type SentKind } from './answers.ts'

/** Seconds that an order must have left to be matched. */
const EXPIRY_MARGIN_SECONDS = 2
const POLL_MS = 5
/** Seconds of the chain that opening trades may take. */
const OPENING_SECONDS = 3_600
/** Requests at a time, where their order does not matter. */
const CONNECTIONS = 8
const SETTINGS = {
  pollMs: 25,
  orders: { maxPerAccount: 100_000, expiryMarginSeconds: EXPIRY_MARGIN_SECONDS, maxLegs: MOST_LEGS },
  /** The machine's time, not the chain's: only as long as asking everybody takes. */
  quotes: { lifeSeconds: 600 },
  settlement: { maxFills: 16, finalityBlocks: 2 },
  /** After prices, before keepers: their takeovers find what was sold before. */
  gas: { priorityFeeGwei: 3 },
} as const

export type Terms = { expiry: number; reduceOnly?: boolean }

class OpeningTradeError extends Error {
  readonly code = 'OPENING_TRADE'
  constructor(problem: string) {
    super(`An opening trade did not meet its quote: ${problem}. Fewer accounts may fit the makers' margin.`)
    this.name = 'OpeningTradeError'
  }
}

export class Matching {
  readonly answers = new Answers()
  /** Settles. */
  readonly wallet: Wallet
  readonly #site: Site
  readonly #service: MatcherService
  /** The last block that the matcher has read. */
  #block = 0
  /** Nothing waits for a block that was matched up to now. */
  #isIdle = true

  private constructor(site: Site, wallet: Wallet, service: MatcherService) {
    this.#site = site
    this.wallet = wallet
    this.#service = service
  }

  /** A matcher on the chain of `site`, with a wallet and a journal of its own. */
  static async start(site: Site, seed: number): Promise<Matching> {
    const wallet = new Wallet('matcher', seed, site.deployment.chainId)
    await giveGas(site, [wallet])
    const service = await MatcherService.create({ site, wallet, settings: SETTINGS })
    await service.start()
    return new Matching(site, wallet, service)
  }

  stop(): Promise<void> {
    return this.#service.stop()
  }

  get url(): string {
    return this.#service.url
  }

  /** What an order must have left, for the matcher and for whoever fills it himself. */
  get expiryMarginSeconds(): number {
    return EXPIRY_MARGIN_SECONDS
  }

  /** To be read once the matcher has stopped. */
  get journal(): string {
    return this.#service.journal
  }

  /** Expiry of orders that are matched in blocks before `time`, and no more from then on. Unix seconds. */
  static lastBefore(time: number): number {
    return time + EXPIRY_MARGIN_SECONDS - 1
  }

  /**
   * Returns once the matcher has read the last block and has offered the chain what it could settle.
   * @returns whether it has: matches wait for a block
   */
  async ready(): Promise<boolean> {
    const { rpc } = this.#site.chain
    const head = Number(await rpc.call<Hex>('eth_blockNumber'))
    let hasMatches = false
    await this.#service.until(async () => {
      const { block, pending } = await this.#service.health()
      this.#block = Number(block)
      hasMatches = pending > 0
      return this.#block >= head && (!hasMatches || (await this.#hasOffered()))
    }, POLL_MS)
    this.#isIdle = !hasMatches
    return hasMatches
  }

  /** As `ready`, without waiting when nothing was matched that is not settled. */
  async offered(): Promise<boolean> {
    return this.#isIdle ? false : this.ready()
  }

  async #hasOffered(): Promise<boolean> {
    const method = 'eth_getTransactionCount'
    const calls = ['latest', 'pending'].map((tag) => ({ method, params: [this.wallet.address, tag] }))
    const [mined, offered] = await this.#site.chain.rpc.batch(calls)
    return Number(offered) > Number(mined)
  }

  /** Mines until no match waits for a block. */
  async settle(): Promise<void> {
    while (await this.ready()) await this.#site.chain.mine(++this.#site.now)
  }

  /** Sends orders that do not meet each other to the books. @returns the answers */
  quote(interests: readonly Interest[], terms: Terms): Promise<Answer[]> {
    return inTurns(interests, (interest) => this.#order(interest, terms))
  }

  /** Sends orders to the books, one after the other. @returns the answers */
  async submit(interests: readonly Interest[], terms: Terms): Promise<Answer[]> {
    const answers: Answer[] = []
    for (const interest of interests) answers.push(await this.#order(interest, terms))
    return answers
  }

  /** Asks for quotes of structures, gets one from the maker of each, and picks it. @returns the last answer of each trade */
  async request(trades: readonly Trade[], terms: Terms): Promise<Answer[]> {
    const quoted = await inTurns(trades, (trade) => this.#quoted(trade, terms))
    const answers: Answer[] = []
    for (const [index, { path, answer }] of quoted.entries()) {
      if (answer.status !== 201) answers.push(answer)
      else {
        const own = await this.#sign(item(trades, index), terms)
        answers.push(await this.#send('pick', `${path}/pick`, own, { quote: answer.body.hash }))
        this.#isIdle = false
      }
    }
    return answers
  }

  /** Books for one instrument each, requests for quotes for structures. */
  async take(trades: readonly Trade[], terms: Terms): Promise<void> {
    await this.submit(
      trades.filter((trade) => sideOf(trade) !== undefined),
      terms,
    )
    await this.request(
      trades.filter((trade) => sideOf(trade) === undefined),
      terms,
    )
  }

  /** Opens books: makers quote, traders take, blocks are mined until all is settled. @throws OpeningTradeError */
  async open(trades: readonly Trade[]): Promise<void> {
    await this.ready()
    const terms = { expiry: this.#site.now + OPENING_SECONDS }
    // One side after the other: a maker's own orders at one price would meet.
    for (const side of [1n, -1n]) {
      const ofSide = trades.filter((trade) => sideOf(trade) === side)
      for (const { status, body } of await this.quote(quotesFor(ofSide), terms)) {
        if (status !== 201) throw new OpeningTradeError(`quote refused: ${codeOf(body)}`)
      }
      for (const { status, body } of await this.submit(ofSide, terms)) {
        if (status !== 201) throw new OpeningTradeError(`order refused: ${codeOf(body)}`)
        if (body.left !== '0') throw new OpeningTradeError(`${body.left} units left of ${body.market}, ${body.reason}`)
      }
    }
    const structures = trades.filter((trade) => sideOf(trade) === undefined)
    for (const { status, body } of await this.request(structures, terms)) {
      if (status !== 201) throw new OpeningTradeError(`structure refused: ${codeOf(body)}`)
    }
    await this.settle()
  }

  /** A request with the quote of its maker: the path of the request, and what the maker was answered. */
  async #quoted(trade: Trade, { expiry }: Terms): Promise<{ path: string; answer: Answer }> {
    const asked = await this.#service.ask(trade)
    const path = `/requests/${asked.body.id}`
    if (asked.status !== 201) {
      this.answers.refuse(asked.body)
      return { path, answer: asked }
    }
    const quote = await this.#sign(counterpart(trade), { expiry })
    return { path, answer: await this.#send('quote', `${path}/quotes`, quote) }
  }

  async #order(interest: Interest, terms: Terms): Promise<Answer> {
    const answer = await this.#send('order', '/orders', await this.#sign(interest, terms))
    if (answer.body.left !== String(interest.units)) this.#isIdle = false
    return answer
  }

  #sign(interest: Interest, { expiry, reduceOnly = false }: Terms): Promise<SignedOrder> {
    const nonce = ++this.#site.nonce
    return this.#service.sign(interest.wallet, { ...orderTerms(interest), nonce, expiry, reduceOnly })
  }

  async #send(kind: SentKind, path: string, { hash, body }: SignedOrder, more = {}): Promise<Answer> {
    const start = performance.now()
    const answer = await this.#service.post(path, { ...body, ...more })
    this.answers.count(kind, hash, answer, { ms: performance.now() - start, block: this.#block })
    return answer
  }
}

/** 1n buys, -1n sells one instrument, as a book takes it; undefined: a structure. */
function sideOf({ legs }: Trade): 1n | -1n | undefined {
  const [leg, ...more] = legs
  if (more.length > 0 || (leg?.ratio !== 1n && leg?.ratio !== -1n)) return undefined
  return leg.ratio
}

/** One quote per maker, instrument and price that all `trades` of one side can fill together. */
function quotesFor(trades: readonly Trade[]): Interest[] {
  const quotes = Map.groupBy(trades.map(counterpart), ({ account, legs, price }) => {
    return [account, ...legs.map(({ instrument }) => encodeInstrumentId(instrument)), price].join()
  })
  return [...quotes.values()].map((all) => {
    return { ...item(all, 0), units: all.reduce((sum, { units }) => sum + units, 0n) }
  })
}

/** Some at a time; results in the order of `list`. */
async function inTurns<T, R>(list: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const waiting = list.entries()
  const worker = async () => {
    for (const [index, each] of waiting) results[index] = await work(each)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  return results
}
