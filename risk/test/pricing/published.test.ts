import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  assetOrNothing,
  type Black76Greeks,
  black76Greeks,
  black76Price,
  cashOrNothing,
  gapOption,
  impliedVolatility,
  type OptionKind,
  strikeFromDelta,
} from '../../src/pricing/index.ts'
import { vectorCsv, vectorJson } from '../measures/vectors.ts'

const near = (actual: number, expected: number, tolerance: number, what = '') =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} ${actual} is not ${expected} +- ${tolerance}`)

function vectorRows(file: string): Record<string, string>[] {
  const [header = [], ...rows] = vectorCsv(file)
  return rows.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ''])))
}

/** An option on a spot that yields q, as the textbooks state theirs. Their Greeks follow from ours by the chain rule. */
type SpotOption = { kind: OptionKind; S: number; K: number; T: number; r: number; q: number; vol: number }

function spotGreeks({ kind, S, K, T, r, q, vol }: SpotOption): Black76Greeks & { dividendRho: number } {
  const growth = Math.exp((r - q) * T)
  const greeks = black76Greeks(kind, S * growth, K, T, vol, Math.exp(-r * T))
  const byForward = greeks.delta
  return {
    ...greeks,
    delta: byForward * growth,
    gamma: greeks.gamma * growth ** 2,
    theta: greeks.theta - byForward * S * growth * (r - q),
    rho: greeks.rho + byForward * S * growth * T,
    dividendRho: -byForward * S * growth * T,
  }
}

const kindOf = (text: string | undefined): OptionKind => (text === 'put' ? 'put' : 'call')

function haugOption(row: Record<string, string>): SpotOption {
  const number = (name: string) => Number(row[name])
  const [S, K, T, r, q, vol] = ['spot', 'strike', 't', 'r', 'q', 'vol'].map(number)
  return { kind: kindOf(row.type), S: S ?? NaN, K: K ?? NaN, T: T ?? NaN, r: r ?? NaN, q: q ?? NaN, vol: vol ?? NaN }
}

describe('published option values', () => {
  it("are Haug's 43 European values to print rounding", () => {
    const rows = vectorRows('haug_european_values.csv')
    assert.equal(rows.length, 43)
    for (const row of rows) near(spotGreeks(haugOption(row)).value, Number(row.value), 1e-4)
  })

  it("are Haug's 11 Greeks to print rounding", () => {
    for (const row of vectorRows('haug_greeks.csv')) {
      const option = haugOption(row)
      const greeks = spotGreeks(option)
      const all: Record<string, number> = {
        ...greeks,
        elasticity: (greeks.delta * option.S) / greeks.value,
        theta_per_day: greeks.theta / 365,
        dividend_rho: greeks.dividendRho,
      }
      near(all[row.greek ?? ''] ?? NaN, Number(row.value), 1e-4, row.greek)
    }
  })

  it("are Haug's digitals to print rounding", () => {
    type Digital = { kind: string; cash?: number; second_strike?: number; type: string; strike: number; value: number }
    const rows =
      vectorJson<(Digital & { spot: number; q: number; r: number; t: number; vol: number })[]>('haug_digitals.json')
    for (const { kind, type, strike, spot, q, r, t, vol, value, cash = 1, second_strike = strike } of rows) {
      const contract = [spot * Math.exp((r - q) * t), strike] as const
      const market = [t, vol, Math.exp(-r * t)] as const
      const found: Record<string, number> = {
        cash_or_nothing: cash * cashOrNothing(kindOf(type), ...contract, ...market),
        asset_or_nothing: assetOrNothing(kindOf(type), ...contract, ...market),
        gap: gapOption(kindOf(type), ...contract, second_strike, ...market),
      }
      near(found[kind] ?? NaN, value, 1e-4, kind)
    }
  })

  it("are QuantLib's Black-76 values to 1e-12", () => {
    type Row = { type: string; strike: number; forward: number; stdDev: number; discount: number; value: number }
    for (const { type, strike, forward, stdDev, discount, value } of vectorJson<Row[]>('ql_black76_reference.json'))
      near(black76Price(kindOf(type), forward, strike, 1, stdDev, discount), value, 1e-12)
  })

  it("are py_vollib's values and Greeks of 101 options to print rounding", () => {
    for (const row of vectorRows('vollib_bs_greeks_101.csv')) {
      const number = (name: string) => Number(row[name])
      const contract = { S: number('S'), K: number('K'), T: number('t'), r: number('R'), q: 0, vol: number('v') }
      for (const [letter, kind, column] of [
        ['C', 'call', 'bs_call'],
        ['P', 'put', 'bs_put'],
      ] as const) {
        const greeks = spotGreeks({ kind, ...contract })
        const printed = (value: number, name: string) =>
          near(value, number(name), 1e-9 + 2e-9 * Math.abs(number(name)), name)
        printed(greeks.value, column)
        printed(greeks.delta, `${letter}D`)
        printed(greeks.gamma, `${letter}G`)
        printed(greeks.theta, `${letter}T`)
        printed(greeks.vega, `${letter}V`)
        printed(greeks.rho, `${letter}R`)
      }
    }
  })

  it("are the option examples of Hull's textbook", () => {
    type Inputs = { S?: number; F?: number; K: number; r: number; q?: number; T: number; vol?: number; price?: number }
    const { examples } = vectorJson<{ examples: { name: string; inputs: Inputs; expected: number; tol: number }[] }>(
      'hull_worked_examples.json',
    )
    const greek = (name: keyof Black76Greeks, kind: OptionKind) => (inputs: Inputs) =>
      spotGreeks({
        kind,
        S: inputs.S ?? NaN,
        K: inputs.K,
        T: inputs.T,
        r: inputs.r,
        q: inputs.q ?? 0,
        vol: inputs.vol ?? NaN,
      })[name]
    const formulas: Record<string, (inputs: Inputs) => number> = {
      'bsm call': greek('value', 'call'),
      'bsm put': greek('value', 'put'),
      price: greek('value', 'call'),
      'index call': greek('value', 'call'),
      delta: greek('delta', 'call'),
      gamma: greek('gamma', 'call'),
      vega: greek('vega', 'call'),
      theta: greek('theta', 'call'),
      rho: greek('rho', 'call'),
      'black76 put': ({ F = NaN, K, r, T, vol = NaN }) => black76Price('put', F, K, T, vol, Math.exp(-r * T)),
      'implied vol': ({ S = NaN, K, r, T, price = NaN }) =>
        impliedVolatility('call', price, S * Math.exp(r * T), K, T, Math.exp(-r * T)),
    }
    const checked = examples.filter(({ name }) => name in formulas)
    assert.equal(checked.length, Object.keys(formulas).length)
    for (const { name, inputs, expected, tol } of checked) near(formulas[name]?.(inputs) ?? NaN, expected, tol, name)
  })

  it("are QuantLib's strikes of given deltas, and those strikes have the deltas", () => {
    type Row = { type: string; deltaType: string; spot: number; dDf: number; fDf: number; stdDev: number }
    for (const row of vectorJson<(Row & { strike: number; delta: number })[]>('ql_delta_to_strike.json')) {
      const kind = kindOf(row.type)
      const forward = (row.spot * row.fDf) / row.dDf
      const delta = row.deltaType.endsWith('Spot') ? row.delta / row.fDf : row.delta
      const adjusted = row.deltaType.startsWith('Pa')
      const strike = strikeFromDelta(kind, delta, forward, 1, row.stdDev, adjusted ? 'premium-adjusted' : 'forward')
      near(strike / row.strike, 1, 1e-4)
      const { value, delta: plain } = black76Greeks(kind, forward, strike, 1, row.stdDev, 1)
      near(adjusted ? plain - value / forward : plain, delta, 1e-14)
    }
  })
})
