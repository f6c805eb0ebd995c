/** The bigint twin against the compiled engine: every number of `assess` and `audit`, to the wei. */
import {
  type Assessment,
  assess,
  audit,
  isDated,
  isOffsetting,
  isOption,
  MissingRowError,
  MissingSeriesRowError,
  PositionTooLargeError,
  type RequirementTerms,
  type TailMeasure,
  TooManyOptionLotsError,
  type UnderlyingRisk,
  UnmeasuredInstrumentError,
  WAD,
} from '../../sdk/src/index.ts'
import type { Answer, Engine, Numbers } from './compiledEngine.ts'
import { type Case, randomCases } from './generator.ts'

/** Portfolios per seed: the same portfolios are checked however many workers share them. */
export const CHUNK = 500

/** Portfolios asked for in one request. */
const BATCH = 25

const BRANCHES = [
  'positions',
  'longs',
  'shorts',
  'perpetuals',
  'futures',
  'calls',
  'puts',
  'expiries',
  'settlementWindows',
  'shortFreeBooks',
  'offsets',
  'impliedShortfalls',
  'historicalShortfalls',
  'tailFloors',
  'tailCeilings',
  'calendars',
  'bases',
  'concentrations',
  'uncounted',
  'deadPrices',
  'degradedPrices',
  'fundingIndices',
  'scaledAboveOne',
  'insolvent',
  'full',
  'refused',
] as const

/** What was met on the way, so that a run that never reached a branch shows. */
type Reached = Record<(typeof BRANCHES)[number], number>

/** One number on which chain and twin disagree, with what reproduces it. */
type Mismatch = { chunk: number; index: number; field: string; chain: string; twin: string }

export type ParityResult = {
  portfolios: number
  values: number
  mismatches: number
  /** Largest difference of two numbers, in units of the field, as decimal text. */
  maxDifferenceWei: string
  examples: Mismatch[]
  reached: Reached
}

const MAX_EXAMPLES = 20

export function emptyResult(): ParityResult {
  const reached = Object.fromEntries(BRANCHES.map((name) => [name, 0])) as Reached // every branch has its count
  return { portfolios: 0, values: 0, mismatches: 0, maxDifferenceWei: '0', examples: [], reached }
}

export function merge(a: ParityResult, b: ParityResult): ParityResult {
  const reached = emptyResult().reached
  for (const name of BRANCHES) reached[name] = a.reached[name] + b.reached[name]
  return {
    portfolios: a.portfolios + b.portfolios,
    values: a.values + b.values,
    mismatches: a.mismatches + b.mismatches,
    maxDifferenceWei: String(larger(BigInt(a.maxDifferenceWei), BigInt(b.maxDifferenceWei))),
    examples: [...a.examples, ...b.examples].slice(0, MAX_EXAMPLES),
    reached,
  }
}

/** Checks one chunk of the sequence of `seed`, or its first `count` portfolios. */
export async function checkChunk(
  engine: Pick<Engine, 'ask'>,
  seed: number,
  chunk: number,
  count = CHUNK,
): Promise<ParityResult> {
  const result = emptyResult()
  const inputs = randomCases(chunkSeed(seed, chunk), count)
  for (let from = 0; from < inputs.length; from += BATCH) {
    const batch = inputs.slice(from, from + BATCH)
    const answers = engine.ask(batch)
    const twins = batch.map((input) => twinOf(input, result.reached)) // while the chain computes
    for (const [at, actual] of (await answers).entries()) {
      compare(result, twins[at] ?? { error: 'none' }, actual, { chunk, index: from + at })
      result.portfolios++
    }
  }
  return result
}

/** Distinct streams for distinct chunks. */
export function chunkSeed(seed: number, chunk: number): number {
  return (seed ^ Math.imul(chunk + 1, 0x9e3779b1)) >>> 0
}

/** What the twin says, in the form of the chain's answer. */
function twinOf(input: Case, reached: Reached): Answer {
  const { portfolio, snapshot, scaled } = input
  try {
    const audited = audit(portfolio, snapshot, scaled)
    note(reached, input, audited)
    const numbers = { ...flatten(assess(portfolio, snapshot, scaled)), ...flattenAudit(audited) }
    return { numbers }
  } catch (error) {
    reached.refused++
    return { error: refusalOf(error) }
  }
}

/** Name of the chain's error. */
function refusalOf(error: unknown): string {
  if (error instanceof MissingRowError) return 'MissingMarket'
  if (error instanceof MissingSeriesRowError) return 'MissingSeries'
  if (error instanceof UnmeasuredInstrumentError) return 'UnsupportedInstrument'
  if (error instanceof PositionTooLargeError) return 'QuantityOutOfRange'
  if (error instanceof TooManyOptionLotsError) return 'TooManyLots'
  throw error
}

function compare(result: ParityResult, twin: Answer, chain: Answer, at: Pick<Mismatch, 'chunk' | 'index'>): void {
  const [expected, actual] = [fieldsOf(twin), fieldsOf(chain)]
  for (const field of new Set([...expected.keys(), ...actual.keys()])) {
    result.values++
    const [ours, theirs] = [expected.get(field), actual.get(field)]
    if (ours === theirs) continue
    result.mismatches++
    if (typeof ours === 'bigint' && typeof theirs === 'bigint') {
      const difference = ours > theirs ? ours - theirs : theirs - ours
      result.maxDifferenceWei = String(larger(BigInt(result.maxDifferenceWei), difference))
    }
    if (result.examples.length < MAX_EXAMPLES) {
      result.examples.push({ ...at, field, chain: String(theirs), twin: String(ours) })
    }
  }
}

function fieldsOf(answer: Answer): Map<string, bigint | string> {
  return new Map<string, bigint | string>(
    'error' in answer ? [['error', answer.error]] : Object.entries(answer.numbers),
  )
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function flatten(assessment: Assessment, prefix = 'assess'): Numbers {
  return Object.fromEntries(Object.entries(assessment).map(([name, value]) => [`${prefix}.${name}`, value]))
}

/** Both requirements as the sums of their terms: these too must equal what the chain audits. */
function flattenAudit({ assessment, risks, breakdown }: ReturnType<typeof audit>): Numbers {
  const summed = { maintenance: sumOf(breakdown.maintenance), initial: sumOf(breakdown.initial) }
  const numbers = flatten({ ...assessment, ...summed }, 'audit')
  for (const { pnl54, underlying, ...rest } of risks) {
    for (const [name, value] of Object.entries(rest)) numbers[`audit.${underlying}.${name}`] = value
    for (const [lane, value] of pnl54.entries()) numbers[`audit.${underlying}.pnl54.${lane}`] = value
  }
  numbers['audit.underlyings'] = BigInt(risks.length)
  return numbers
}

function sumOf(terms: RequirementTerms): bigint {
  return Object.values(terms).reduce((sum, term) => sum + term, 0n)
}

/** The shortfall itself is the measure. */
function isBetween(tail: TailMeasure | undefined): boolean {
  return (
    tail !== undefined && tail.measure === tail.shortfall && tail.least < tail.measure && tail.measure < tail.portfolio
  )
}

function note(reached: Reached, { portfolio, snapshot }: Case, twin: ReturnType<typeof audit>): void {
  const { mode, positions } = portfolio
  const held = new Set(positions.map(({ instrument }) => instrument.underlying))
  const markets = snapshot.markets.filter(({ underlying }) => held.has(underlying))
  const ofKind = (kind: string) => positions.filter(({ instrument }) => instrument.kind === kind).length
  const dated = positions.filter(({ instrument }) => isDated(instrument))
  const options = positions.filter(({ instrument }) => isOption(instrument))
  const risks = (test: (risk: UnderlyingRisk) => boolean) => twin.risks.filter(test).length
  const groups = snapshot.chains.filter((_, at) => held.has(snapshot.markets[at]?.underlying ?? 0))
  const tail = twin.breakdown.tail?.maintenance
  const mates = groups.filter(({ terms }) => terms.group !== 0).length
  const found: Reached = {
    positions: positions.length,
    longs: positions.filter(({ lots }) => lots > 0n).length,
    shorts: positions.filter(({ lots }) => lots < 0n).length,
    perpetuals: ofKind('perpetual'),
    futures: ofKind('future'),
    calls: ofKind('call'),
    puts: ofKind('put'),
    expiries: new Set(dated.map(({ instrument }) => `${instrument.underlying}-${instrument.expiry}`)).size,
    settlementWindows: snapshot.expiries.filter(({ moving, forward }) => moving !== forward).length,
    shortFreeBooks: options.length > 0 && options.every(({ lots }) => lots >= 0n) ? 1 : 0,
    offsets: isOffsetting(mode) && mates > 1 ? 1 : 0,
    impliedShortfalls: mode === 'riskNeutral' && isBetween(tail) ? 1 : 0,
    historicalShortfalls: mode === 'quantitative' && isBetween(tail) ? 1 : 0,
    tailFloors: tail && tail.measure === tail.least && tail.least < tail.portfolio ? 1 : 0,
    tailCeilings: tail && tail.measure === tail.portfolio && tail.measure > 0n ? 1 : 0,
    calendars: risks(({ calendar }) => calendar > 0n),
    bases: risks(({ basis }) => basis > 0n),
    concentrations: risks(({ concentration }) => concentration > 0n),
    uncounted: risks(({ uncounted }) => uncounted > 0n),
    deadPrices: markets.filter(({ status }) => status === 'dead').length,
    degradedPrices: markets.filter(({ status }) => status === 'degraded').length,
    fundingIndices: markets.filter(({ fundingIndex }) => fundingIndex !== 0n).length,
    scaledAboveOne: risks(({ initialFactor }) => initialFactor > WAD),
    insolvent: twin.assessment.equity < 0n ? 1 : 0,
    full: positions.length > 100 ? 1 : 0,
    refused: 0,
  }
  for (const name of BRANCHES) reached[name] += found[name]
}
