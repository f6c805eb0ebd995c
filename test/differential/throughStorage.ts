/** The twin against the protocol's own storage: rows of the matrix, and assessments of accounts in the ledger. */
import {
  assess,
  decodePortfolio,
  decodeSnapshot,
  encodeInstrumentId,
  encodeUnderlyingSet,
  type Instrument,
  MAX_DERIVATIVE_LOTS,
  MAX_OPTION_LOTS,
  MODES,
  type Mode,
  type Portfolio,
  type Position,
  type SeriesState,
  snapshotAt,
  underlyingsOf,
} from '../../sdk/src/index.ts'
import { openProtocol, type Protocol } from './protocol.ts'
import { createRandom, type Random } from './random.ts'
import { createStoredWorld, type StoredWorld, stateOf } from './storedWorlds.ts'

export type StorageResult = {
  /** Accounts in the ledger, each assessed by the chain and by the twin. */
  portfolios: number
  worlds: number
  /** Matrices compared, before and after their risk arrays were cached. */
  matrices: number
  /** Surfaces posted, and those that the budget clamped. */
  surfaces: number
  clamped: number
  values: number
  mismatches: number
  examples: { world: number; portfolio: number; field: string; chain: string; twin: string }[]
}

const PER_WORLD = 25
const MAX_EXAMPLES = 20
const USD = 10n ** 18n

export function emptyStorageResult(): StorageResult {
  return { portfolios: 0, worlds: 0, matrices: 0, surfaces: 0, clamped: 0, values: 0, mismatches: 0, examples: [] }
}

export function mergeStorage(a: StorageResult, b: StorageResult): StorageResult {
  return {
    portfolios: a.portfolios + b.portfolios,
    worlds: a.worlds + b.worlds,
    matrices: a.matrices + b.matrices,
    surfaces: a.surfaces + b.surfaces,
    clamped: a.clamped + b.clamped,
    values: a.values + b.values,
    mismatches: a.mismatches + b.mismatches,
    examples: [...a.examples, ...b.examples].slice(0, MAX_EXAMPLES),
  }
}

/** Checks `count` portfolios of the sequence of `seed`, on a chain of its own, in this process. */
export async function checkStorage(seed: number, count: number): Promise<StorageResult> {
  const protocol = await openProtocol()
  const random = createRandom(seed)
  const result = emptyStorageResult()
  try {
    while (result.portfolios < count) await checkWorld(protocol, random, result, count)
  } finally {
    await protocol.close()
  }
  return result
}

async function checkWorld(protocol: Protocol, random: Random, result: StorageResult, count: number): Promise<void> {
  const world = await createStoredWorld(protocol, random)
  result.worlds++
  result.surfaces += world.steps.right + world.steps.wrong
  result.clamped += world.steps.clamped
  compare(result, 'surfaces', 0n, BigInt(world.steps.wrong))
  let series = await statesOf(protocol, world)
  await checkMatrix(protocol, world, series, result)
  if (!random.oneIn(4)) {
    const set = encodeUnderlyingSet(world.listed.map(({ underlying }) => underlying))
    await protocol.contracts.series.write.touch([set, world.instruments.map(encodeInstrumentId)])
    series = await statesOf(protocol, world)
    await checkMatrix(protocol, world, series, result)
  }
  for (let i = 0; i < PER_WORLD && result.portfolios < count; i++)
    await checkAccount(protocol, random, { ...world, series }, result)
}

/** The rows of everything that the world has. */
async function checkMatrix(
  { contracts }: Protocol,
  world: StoredWorld,
  series: readonly SeriesState[],
  result: StorageResult,
) {
  const set = encodeUnderlyingSet(world.listed.map(({ underlying }) => underlying))
  const words = world.instruments.map(encodeInstrumentId)
  const chain = decodeSnapshot(await contracts.clearinghouse.read.matrix([set, words]))
  const { markets, time } = chain
  const twin = snapshotAt({ series, markets, time, instruments: world.instruments })
  result.matrices++
  for (const part of ['chains', 'expiries', 'strikes', 'tails'] as const)
    compare(result, part, text(chain[part]), text(twin[part]))
}

type Stored = StoredWorld & { readonly series: readonly SeriesState[] }

async function checkAccount(protocol: Protocol, random: Random, world: Stored, result: StorageResult): Promise<void> {
  const portfolio = randomPortfolio(random, world)
  const account = await protocol.put(portfolio)
  const { clearinghouse, markets: rows } = protocol.contracts
  const [stored, assessed, chain] = await Promise.all([
    clearinghouse.read.portfolio([account]),
    clearinghouse.read.assess([account]),
    rows.read.snapshot([encodeUnderlyingSet(underlyingsOf(portfolio.positions))]),
  ])
  const ledger = decodePortfolio(stored)
  const { markets, time } = decodeSnapshot(chain)
  const instruments = ledger.positions.map(({ instrument }) => instrument)
  result.portfolios++
  compare(result, 'positions', text(sorted(portfolio)), text(sorted(ledger)))
  if (instruments.length === 0) return
  const twin = assess(ledger, snapshotAt({ series: world.series, markets, time, instruments }))
  for (const [field, value] of Object.entries(twin)) {
    compare(result, field, assessed[field as keyof typeof assessed], value)
  }
}

function statesOf(protocol: Protocol, { listed }: StoredWorld): Promise<SeriesState[]> {
  return Promise.all(listed.map((one) => stateOf(protocol, one)))
}

/** Spot is bounded by its quantity, the rest by the ledger. */
function mostLots({ kind, underlying }: Instrument, listed: StoredWorld['listed']): bigint {
  if (kind === 'call' || kind === 'put') return MAX_OPTION_LOTS - 1n
  const tokenUnit = listed.find((one) => one.underlying === underlying)?.tokenUnit ?? 0n
  return kind === 'spot' ? (2n ** 97n - 1n) / tokenUnit : MAX_DERIVATIVE_LOTS - 1n
}

function randomPortfolio(random: Random, { listed, instruments }: StoredWorld): Portfolio {
  const count = random.below(random.oneIn(24) ? 129 : 13)
  const chosen = new Map<bigint, Position>()
  for (let i = 0; i < count; i++) {
    const instrument = instruments[random.below(instruments.length)]
    if (!instrument) throw new RangeError('A world has an instrument.')
    const lots = random.magnitude(1n, mostLots(instrument, listed))
    const isShort = instrument.kind !== 'spot' && random.oneIn(2)
    chosen.set(encodeInstrumentId(instrument), { instrument, lots: isShort ? -lots : lots })
  }
  const cash = (random.oneIn(2) ? -1n : 1n) * random.magnitude(0n, 10n ** 9n) * USD
  return { mode: random.pick<Mode>(MODES), cash, positions: [...chosen.values()] }
}

/** The ledger keeps no order. */
function sorted({ mode, cash, positions }: Portfolio) {
  const words = positions.map(({ instrument, lots }) => `${encodeInstrumentId(instrument)}:${lots}`)
  return { mode, cash, words: words.sort() }
}

/** Fields by name: chain and twin build them in another order. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join()}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${name}:${text(field)}`).join()}}`
}

function compare(result: StorageResult, field: string, chain: unknown, twin: unknown): void {
  result.values++
  if (chain === twin) return
  result.mismatches++
  if (result.examples.length === MAX_EXAMPLES) return
  const { worlds: world, portfolios: portfolio } = result
  result.examples.push({ world, portfolio, field, chain: String(chain), twin: String(twin) })
}
