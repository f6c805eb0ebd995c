import { type Command, Option } from 'commander'
import { equity } from '../../methods/index.ts'
import { chart } from '../../plot/index.ts'
import type { StressScenario } from '../../stress/book.ts'
import { type CascadeOptions, type CascadeResult, simulateCascade } from '../../stress/cascade.ts'
import type { PriceImpact } from '../../stress/impact.ts'
import { type Book, impactOf, readAccounts } from '../accountsFile.ts'
import { InputError, readInput } from '../input.ts'
import { MARGIN_METHODS, METHOD_NAMES, type MethodName } from '../marginMethods.ts'
import { print, printJson, printTable } from '../output.ts'
import { numberWithin } from '../series.ts'
import { writeChart } from '../writeChart.ts'

type CascadeCommandOptions = {
  input?: string
  method: MethodName
  shock?: number
  scenario?: string
  volatility: number
  impact: PriceImpact['kind']
  depth?: number
  closeShare: number
  fund?: number
  plot?: string
  sweep?: string
  json?: boolean
}

function shockOf(book: Book, { scenario: name, shock, volatility }: CascadeCommandOptions, source: string) {
  if (name === undefined) {
    const otherMove = shock ?? -0.2
    return { name: `spot ${percent(otherMove)}`, moves: {}, otherMove, volatilityFactor: volatility }
  }
  const found = book.scenarios.find((scenario) => scenario.name === name)
  if (found !== undefined) return found
  const names = book.scenarios.map((scenario) => `"${scenario.name}"`).join(', ')
  throw new InputError(source, {}, `there is no scenario "${name}"; there are ${names}`)
}

/** Impacts of the file, or one depth for all; a market of unknown depth has no cascade. */
function impactsOf(book: Book, { impact, depth }: CascadeCommandOptions, source: string): CascadeOptions['impacts'] {
  const symbols = Object.entries(book.market.underlyings)
  if (depth !== undefined)
    return Object.fromEntries(symbols.map(([symbol, { spot }]) => [symbol, impactOf(impact, depth, spot)]))
  for (const [symbol] of symbols)
    if (book.impacts[symbol] === undefined)
      throw new InputError(source, {}, `impact: the depth of ${symbol} is missing; add it, or give --depth for all`)
  return book.impacts
}

const percent = (share: number) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(2)} %`
const dollars = (value: number) => Math.round(value)

function printReport(shock: StressScenario, result: CascadeResult, book: Book): void {
  const start = (symbol: string) => book.market.underlyings[symbol]?.spot ?? Number.NaN
  print(`shock: ${shock.name}, ${book.accounts.length} accounts`)
  printTable(
    result.rounds.map(({ round, prices, liquidated, sold }) => ({
      round,
      liquidated,
      ...Object.fromEntries(
        Object.entries(prices).flatMap(([symbol, price]) => [
          [symbol, percent(price / start(symbol) - 1)],
          [`${symbol} sold`, Number((sold[symbol] ?? 0).toPrecision(5))],
        ]),
      ),
    })),
  )
  const ratios = Object.entries(result.amplification).map(([symbol, ratio]) => `${symbol} ${ratio.toFixed(3)}`)
  print(`\namplification: ${ratios.join(', ') || 'none, no price was shocked'}`)
  print(`accounts liquidated: ${result.liquidatedAccounts}`)
  print(
    `bad debt ${dollars(result.badDebt)} USD; fund pays ${dollars(result.fundUsed)}, uncovered ${dollars(result.uncovered)}`,
  )
}

function roundsChart(shock: StressScenario, result: CascadeResult, book: Book): string {
  const symbols = Object.keys(book.market.underlyings)
  const steps = result.rounds.length + 1
  const x = Array.from({ length: steps }, (_, i) => i - 1)
  const lines = symbols.map((symbol) => {
    const start = book.market.underlyings[symbol]?.spot ?? Number.NaN
    const y = [100, ...result.rounds.map(({ prices }) => (100 * (prices[symbol] ?? Number.NaN)) / start)]
    return { kind: 'line' as const, name: symbol, x, y }
  })
  return chart({
    title: `Liquidation cascade after ${shock.name}`,
    subtitle:
      `${result.liquidatedAccounts} of ${book.accounts.length} accounts liquidated; ` +
      `bad debt ${dollars(result.badDebt).toLocaleString('en-US')} USD`,
    x: {
      label: 'round (-1: before, 0: the shock alone)',
      format: (round) => (Number.isInteger(round) ? String(round) : ''),
    },
    y: { label: 'spot, % of the price before' },
    series: lines,
  })
}

/** Shocks of a sweep, from none to twice the shock asked for. */
const SWEEP_STEPS = 24

function sweepChart(shock: StressScenario, book: Book, options: CascadeOptions): string {
  const factors = Array.from({ length: SWEEP_STEPS + 1 }, (_, i) => (2 * i) / SWEEP_STEPS)
  const symbols = Object.keys(book.market.underlyings)
  const move = (symbol: string, factor: number) => Math.max(-0.95, factor * (shock.moves[symbol] ?? shock.otherMove))
  const results = factors.map((factor) => {
    const moves = Object.fromEntries(symbols.map((symbol) => [symbol, move(symbol, factor)]))
    return simulateCascade(book.accounts, book.market, { ...shock, moves }, options)
  })
  const lines = symbols.map((symbol) => {
    const start = book.market.underlyings[symbol]?.spot ?? Number.NaN
    const final = results.map(({ market }) => 100 * ((market.underlyings[symbol]?.spot ?? Number.NaN) / start - 1))
    const x = factors.map((factor) => 100 * move(symbol, factor))
    return { kind: 'line' as const, name: `${symbol} after the cascade`, x, y: final }
  })
  const reached = lines.flatMap(({ x }) => x)
  const diagonal = [Math.min(...reached), Math.max(...reached)]
  const reference = { kind: 'line' as const, name: 'shock alone', x: diagonal, y: diagonal, dashed: true }
  return chart({
    title: 'Where prices end after a shock and the liquidations that it sets off',
    subtitle: `${book.accounts.length} accounts; volatility x${shock.volatilityFactor}`,
    x: { label: 'shock to spot, %' },
    y: { label: 'final move of spot, %' },
    series: [...lines, reference],
  })
}

function run(options: CascadeCommandOptions): void {
  const input = readInput(options.input)
  const book = readAccounts(input)
  const shock = shockOf(book, options, input.source)
  const cascade: CascadeOptions = {
    requirement: MARGIN_METHODS[options.method].margin,
    impacts: impactsOf(book, options, input.source),
    closeShare: options.closeShare,
    fund: options.fund ?? book.fund,
  }
  const result = simulateCascade(book.accounts, book.market, shock, cascade)
  if (options.plot !== undefined) writeChart(options.plot, roundsChart(shock, result, book))
  if (options.sweep !== undefined) writeChart(options.sweep, sweepChart(shock, book, cascade))
  if (!options.json) {
    printReport(shock, result, book)
    return
  }
  const { accounts, market, absorber, ...rest } = result
  printJson({
    method: options.method,
    scenario: shock,
    ...rest,
    absorberProfit: equity(absorber, market),
    accounts: accounts.map(({ name, equity: own, closed }) => ({ name, equity: own, closed })),
  })
}

export function registerCascade(program: Command): void {
  program
    .command('cascade')
    .description(
      'Simulate the liquidations that a shock sets off in a book of accounts (docs/schemas/risk-accounts.json), with ' +
        'price impact, round by round until nobody is below maintenance',
    )
    .option('--input <file>', 'JSON (default: stdin)')
    .addOption(new Option('--method <name>', 'margin method').choices(METHOD_NAMES).default('plimsoll'))
    .option('--shock <move>', 'relative move of every spot price (default: -0.2)', numberWithin(-0.95, 10))
    .addOption(new Option('--scenario <name>', 'scenario of the file, instead of --shock').conflicts('shock'))
    .option('--volatility <factor>', 'factor on implied volatilities beside --shock', numberWithin(0.01, 100), 1)
    .addOption(
      new Option('--impact <kind>', 'shape of the price impact of --depth')
        .choices(['linear', 'square-root'])
        .default('square-root'),
    )
    .option('--depth <usd>', 'USD whose sale moves any price by 1 %, instead of the file', numberWithin(1e-6, 1e15))
    .option('--close-share <share>', 'share of the remaining positions closed per round', numberWithin(0.001, 1), 1)
    .option('--fund <usd>', 'fund behind bad debt, instead of that of the file', numberWithin(0, 1e15))
    .option('--plot <file>', 'write an SVG chart of prices by round')
    .option('--sweep <file>', 'write an SVG chart of the final move by the size of the shock, to twice the shock')
    .option('--json', 'print JSON instead of a table')
    .action(run)
}
