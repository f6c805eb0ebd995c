/** A matcher at work on a chain of its own: two makers fill a book, takers trade, one asks for quotes of a structure. */
import { oppositeLegs, perpetualOf } from '@plimsoll/sdk'
import { formatUnits } from 'viem'
import type { Chain } from '../simulation/chain.ts'
import { item } from '../simulation/population.ts'
import { Market } from './market.ts'
import type { MatcherService } from './service.ts'

const BLOCK_MS = 250
/** USD per lot at the first price: 0.0001 BTC and 0.001 ETH. */
const LOT = { BTC: 43n * 10n ** 17n, ETH: 34n * 10n ** 17n }
const CENT = 10n ** 16n
const LEVELS = 3
const UNITS = 500n

type Trade = {
  readonly market: string
  readonly side: string
  readonly price: string
  readonly units: string
  readonly status: string
}
type Book = {
  readonly buy: readonly (readonly [string, string])[]
  readonly sell: readonly (readonly [string, string])[]
}

/** Prints the book, the trades and how they were settled, and ends all processes. */
export async function runLocal(prefer: Chain['kind'] | undefined): Promise<void> {
  const market = await Market.create({ traders: 4, blockMs: BLOCK_MS, prefer })
  try {
    await market.open()
    await quoteBook(market)
    print('book of BTC-PERPETUAL', bookLines(await market.service.get<Book>('/books/BTC-PERPETUAL')))
    await takeFromBook(market)
    await tradeStructure(market)
    const isSettled = async () => (await market.service.health()).pending === 0
    await market.service.until(isSettled)
    const trades = await market.service.get<Trade[]>('/trades')
    print(
      'trades, newest first',
      trades.map(
        ({ market: name, side, units, price, status }) => `${side} ${units} ${name} at ${usd(price)}: ${status}`,
      ),
    )
    print('book of BTC-PERPETUAL', bookLines(await market.service.get<Book>('/books/BTC-PERPETUAL')))
  } finally {
    await market.close()
  }
}

/** Each of two makers quotes both sides at its own prices. */
async function quoteBook(market: Market): Promise<void> {
  const legs = (ratio: bigint) => [{ instrument: perpetualOf(1), ratio }]
  for (const [index, maker] of market.traders.slice(0, 2).entries()) {
    for (let level = 1; level <= LEVELS; level++) {
      const distance = BigInt(level * 2 + index) * CENT
      await submit(market, maker, { legs: legs(1n), limitPrice: LOT.BTC - distance, units: UNITS })
      await submit(market, maker, { legs: legs(-1n), limitPrice: -(LOT.BTC + distance), units: UNITS })
    }
  }
}

async function takeFromBook(market: Market): Promise<void> {
  const legs = [{ instrument: perpetualOf(1), ratio: 1n }]
  await submit(market, item(market.traders, 2), { legs, limitPrice: LOT.BTC + 4n * CENT, units: (3n * UNITS) / 2n })
}

/** Long BTC against ETH at one net price: both makers quote, the taker picks the better quote. */
async function tradeStructure(market: Market): Promise<void> {
  const legs = [
    { instrument: perpetualOf(1), ratio: 3n },
    { instrument: perpetualOf(2), ratio: -4n },
  ]
  const taker = item(market.traders, 3)
  const own = await market.sign(taker, { legs, limitPrice: 3n * LOT.BTC - 4n * LOT.ETH + 10n * CENT, units: 100n })
  const { body: request } = await market.service.ask({ legs, units: 100n })
  for (const [index, maker] of market.traders.slice(0, 2).entries()) {
    const price = 3n * LOT.BTC - 4n * LOT.ETH + BigInt(index + 2) * CENT
    const quote = await market.sign(maker, { legs: oppositeLegs(legs), limitPrice: -price, units: 100n })
    await accepted(market.service.post(`/requests/${request.id}/quotes`, quote))
  }
  const { quotes } = await market.service.get<{ quotes: { hash: string; price: string }[] }>(`/requests/${request.id}`)
  print(
    'quotes for 3 BTC-PERPETUAL less 4 ETH-PERPETUAL',
    quotes.map(({ price }) => usd(price)),
  )
  await accepted(market.service.post(`/requests/${request.id}/pick`, { ...own, quote: item(quotes, 0).hash }))
}

async function submit(market: Market, ...[trader, terms]: Parameters<Market['sign']>): Promise<void> {
  await accepted(market.service.post('/orders', await market.sign(trader, terms)))
}

class NotAcceptedError extends Error {
  readonly code = 'NOT_ACCEPTED'
  constructor(answer: unknown) {
    super(`The matcher refused: ${JSON.stringify(answer)}`)
    this.name = 'NotAcceptedError'
  }
}

/** What the matcher made of it. @throws NotAcceptedError */
export async function accepted(answer: ReturnType<MatcherService['post']>): Promise<Record<string, unknown>> {
  const { status, body } = await answer
  if (status !== 201) throw new NotAcceptedError(body)
  return body
}

const usd = (amount: string) => `${formatUnits(BigInt(amount), 18)} USD`

function bookLines({ buy, sell }: Book): string[] {
  const lines = (side: string, levels: Book['buy']) =>
    levels.map(([price, units]) => `${side} ${units} at ${usd(price)}`)
  return [...lines('sell', sell).reverse(), ...lines('buy', buy)]
}

function print(title: string, lines: readonly string[]): void {
  process.stdout.write(`${[`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n')}\n`)
}
