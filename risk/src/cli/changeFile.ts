/** The documented change file (docs/schemas/risk-change.json): the governed parameters that are to change, and today's state. */
import { z } from 'zod'
import type { Market } from '../methods/index.ts'
import { monthVolatility } from '../methods/plimsoll/index.ts'
import { GOVERNED, governedDefaults, type UnderlyingChange } from '../preflight/index.ts'
import { type Input, InputError, parseJson } from './input.ts'

const positive = z.number().positive()
const values = z.partialRecord(z.enum(GOVERNED), z.int().nonnegative()).default({})

const changeFile = z.strictObject({
  note: z.string().optional(),
  underlyings: z.record(
    z.string(),
    z.strictObject({
      present: values,
      change: values,
      volatility: z.number().nonnegative().optional(),
      scanRange: z
        .strictObject({ target: positive.lt(1), maintenance: positive.lt(1) })
        .refine(({ target, maintenance }) => maintenance <= target, 'needs maintenance at most target')
        .optional(),
      low: positive.optional(),
      high: positive.optional(),
      average: positive.optional(),
      depth: positive.optional(),
    }),
  ),
})

type Entry = Partial<z.infer<typeof changeFile>['underlyings'][string]>

function readEntry(symbol: string, entry: Entry, market: Market, input: Input): UnderlyingChange {
  const quoted = market.underlyings[symbol]
  if (quoted === undefined)
    throw new InputError(input.source, {}, `underlyings: the market of the accounts has no underlying ${symbol}`)
  const { present: stated, change, volatility, scanRange: range, ...state } = entry
  const { spot } = quoted
  if ((state.low ?? spot) > spot || (state.high ?? spot) < spot)
    throw new InputError(input.source, {}, `underlyings.${symbol}: the spot of ${spot} is not between low and high`)
  const present = { ...governedDefaults(symbol), ...stated }
  const next = { ...present, ...change }
  return { present, next, volatility: volatility ?? monthVolatility(quoted, market.time), range, state }
}

/**
 * Every underlying of the market with what the file says about it; what it does not say is the default: the protocol's
 * parameters, no change, the implied volatility of 30 days and the scan ranges that belong to it, a price without interval.
 * @throws InputError for bad JSON, a value out of place, or an underlying without market
 */
export function readChange(input: Input, market: Market): Record<string, UnderlyingChange> {
  const { underlyings } = parseJson(input, changeFile)
  const symbols = new Set([...Object.keys(market.underlyings), ...Object.keys(underlyings)])
  return Object.fromEntries(
    [...symbols].map((symbol) => [symbol, readEntry(symbol, underlyings[symbol] ?? {}, market, input)]),
  )
}
