/** The documented accounts file (docs/schemas/risk-accounts.json): a book of accounts, its market, stress and liquidity. */
import { z } from 'zod'
import type { Market } from '../methods/index.ts'
import { type Account, STANDARD_SCENARIOS, type StressScenario } from '../stress/book.ts'
import type { PriceImpact } from '../stress/impact.ts'
import { type Input, InputError, parseJson } from './input.ts'
import { portfolioFile, readPortfolioFile } from './portfolioFile.ts'

const move = z.number().gt(-1)
const kind = z.enum(['linear', 'square-root'])

const accountsFile = z.strictObject({
  note: z.string().optional(),
  market: portfolioFile.shape.market,
  accounts: z
    .array(portfolioFile.shape.portfolio.extend({ name: z.string().min(1) }))
    .min(1, 'needs at least one account'),
  scenarios: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        spot: z.union([move, z.record(z.string(), move)], {
          error: 'must be a relative move above -1, or one per underlying ("*" for the others)',
        }),
        volatility: z.number().positive().default(1),
      }),
    )
    .min(1, 'needs at least one scenario')
    .optional(),
  fund: z.number().nonnegative().default(0),
  impact: z
    .record(z.string(), z.strictObject({ kind: kind.default('square-root'), depth: z.number().positive() }))
    .default({}),
})

/** What the file says, in the terms of the engine; depths in units of the underlying. */
export type Book = {
  accounts: Account[]
  market: Market
  scenarios: readonly StressScenario[]
  fund: number
  impacts: Record<string, PriceImpact>
}

type ScenarioData = NonNullable<z.infer<typeof accountsFile>['scenarios']>[number]

function readScenario({ name, spot, volatility }: ScenarioData, market: Market, source: string): StressScenario {
  if (typeof spot === 'number') return { name, moves: {}, otherMove: spot, volatilityFactor: volatility }
  const { '*': otherMove = 0, ...moves } = spot
  for (const symbol of Object.keys(moves)) requireUnderlying(symbol, market, source, `scenario "${name}"`)
  return { name, moves, otherMove, volatilityFactor: volatility }
}

function requireUnderlying(symbol: string, market: Market, source: string, place: string): number {
  const quoted = market.underlyings[symbol]
  if (quoted === undefined) throw new InputError(source, {}, `${place}: the market has no underlying ${symbol}`)
  return quoted.spot
}

/** A depth in USD at today's spot as units of the underlying. */
export function impactOf(impactKind: PriceImpact['kind'], depthUsd: number, spot: number): PriceImpact {
  return { kind: impactKind, depth: depthUsd / spot }
}

/** Throws InputError for bad JSON, a value out of place, two accounts of one name, or an underlying without market. */
export function readAccounts(input: Input): Book {
  const { source } = input
  const { market: marketData, accounts: accountsData, ...rest } = parseJson(input, accountsFile)
  const { market } = readPortfolioFile({ market: marketData, portfolio: { cash: 0, positions: [] } }, source)
  const seen = new Set<string>()
  const accounts = accountsData.map(({ name, ...portfolio }) => {
    if (seen.has(name)) throw new InputError(source, {}, `accounts: there are two of the name "${name}"`)
    seen.add(name)
    return {
      name,
      portfolio: readPortfolioFile({ market: marketData, portfolio }, `${source}: account "${name}"`).portfolio,
    }
  })
  const impacts = Object.entries(rest.impact).map(([symbol, { kind: own, depth }]) => {
    return [symbol, impactOf(own, depth, requireUnderlying(symbol, market, source, 'impact'))] as const
  })
  return {
    accounts,
    market,
    scenarios: rest.scenarios?.map((data) => readScenario(data, market, source)) ?? STANDARD_SCENARIOS,
    fund: rest.fund,
    impacts: Object.fromEntries(impacts),
  }
}
