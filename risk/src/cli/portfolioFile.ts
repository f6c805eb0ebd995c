/** The documented portfolio file (docs/schemas/risk-portfolio.json): positions and the market that prices them. */
import { z } from 'zod'
import type { ExpiryMarket, Market, Portfolio, Position } from '../methods/portfolio.ts'
import { yearsUntil } from '../scenarios/index.ts'
import { essviVariance } from '../surface/essvi.ts'
import { InputError } from './input.ts'

const positive = z.number().positive()
const underlying = z.string().min(1)
const held = { underlying, quantity: z.number() }
const entry = positive.optional()

const position = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('spot'), ...held }),
  z.strictObject({ kind: z.literal('perpetual'), ...held, entry }),
  z.strictObject({ kind: z.literal('future'), ...held, expiry: positive, entry }),
  z.strictObject({ kind: z.enum(['call', 'put']), ...held, expiry: positive, strike: positive }),
])

const essvi = z.strictObject({ theta: positive, rho: z.number().gt(-1).lt(1), psi: positive })
const points = z
  .strictObject({ strikes: z.array(positive).min(1), volatilities: z.array(positive).min(1) })
  .refine(({ strikes, volatilities }) => strikes.length === volatilities.length, 'needs one volatility per strike')
  .refine(
    ({ strikes }) => strikes.every((strike, i) => i === 0 || strike > (strikes[i - 1] ?? 0)),
    'needs strikes in ascending order, each once',
  )

const expiry = z.strictObject({
  expiry: positive,
  forward: positive,
  discount: positive.default(1),
  volatility: z.union([positive, essvi, points], {
    error: 'must be a number, an eSSVI slice {theta, rho, psi} or points {strikes, volatilities}',
  }),
})

const market = z.strictObject({
  time: positive,
  underlyings: z.record(
    z.string(),
    z.strictObject({ spot: positive, perpetual: positive.optional(), expiries: z.array(expiry).default([]) }),
  ),
})

export const portfolioFile = z.strictObject({
  note: z.string().optional(),
  portfolio: z.strictObject({ cash: z.number(), positions: z.array(position) }),
  market,
})

type PortfolioFile = z.infer<typeof portfolioFile>
type Expiry = z.infer<typeof expiry>

/** Linear in log-strike between points, flat outside. */
function interpolate(strikes: readonly number[], volatilities: readonly number[], strike: number): number {
  const above = strikes.findIndex((known) => known >= strike)
  if (above === -1) return volatilities.at(-1) ?? Number.NaN
  if (above === 0) return volatilities[0] ?? Number.NaN
  const [low, high] = [strikes[above - 1] ?? strike, strikes[above] ?? strike]
  const share = Math.log(strike / low) / Math.log(high / low)
  return (volatilities[above - 1] ?? 0) * (1 - share) + (volatilities[above] ?? 0) * share
}

function volatilityOf({ volatility, forward, expiry }: Expiry, time: number): (strike: number) => number {
  if (typeof volatility === 'number') return () => volatility
  if ('strikes' in volatility) return (strike) => interpolate(volatility.strikes, volatility.volatilities, strike)
  const years = yearsUntil(expiry, time)
  if (years === 0) return () => 0
  return (strike) => Math.sqrt(essviVariance(volatility, Math.log(strike / forward)) / years)
}

function readExpiry(data: Expiry, time: number): ExpiryMarket {
  const { expiry, forward, discount } = data
  return { expiry, forward, discount, volatility: volatilityOf(data, time) }
}

/** The file keeps an instrument's fields beside its quantity. */
function readPosition(data: z.infer<typeof position>): Position {
  const { kind, underlying, quantity } = data
  switch (kind) {
    case 'spot':
      return { instrument: { kind, underlying }, quantity }
    case 'perpetual':
      return { instrument: { kind, underlying }, quantity, entry: data.entry }
    case 'future':
      return { instrument: { kind, underlying, expiry: data.expiry }, quantity, entry: data.entry }
    default:
      return { instrument: { kind, underlying, expiry: data.expiry, strike: data.strike }, quantity }
  }
}

function readMarket({ time, underlyings }: PortfolioFile['market']): Market {
  const entries = Object.entries(underlyings).map(([name, { spot, perpetual = spot, expiries }]) => {
    const byExpiry = new Map(expiries.map((data) => [data.expiry, readExpiry(data, time)]))
    return [name, { spot, perpetual, expiries: byExpiry }] as const
  })
  return { time, underlyings: Object.fromEntries(entries) }
}

/** @throws InputError for positions whose market the file does not hold. */
export function readPortfolioFile(file: PortfolioFile, source: string): { portfolio: Portfolio; market: Market } {
  const market = readMarket(file.market)
  for (const [index, { underlying, ...rest }] of file.portfolio.positions.entries()) {
    const quoted = market.underlyings[underlying]
    const place = `portfolio.positions.${index}`
    if (quoted === undefined) throw new InputError(source, {}, `${place}: the market has no underlying ${underlying}`)
    if ('expiry' in rest && !quoted.expiries.has(rest.expiry))
      throw new InputError(source, {}, `${place}: the market of ${underlying} has no expiry ${rest.expiry}`)
  }
  return { portfolio: { cash: file.portfolio.cash, positions: file.portfolio.positions.map(readPosition) }, market }
}
