/** The bigint twin against the compiled engine: every number of `assess` and `audit`, to the wei. */
import { artifacts, network } from 'hardhat'
import { decodeFunctionResult, encodeFunctionData, type Hex } from 'viem'
import {
  type Assessment,
  assess,
  audit,
  encodePortfolio,
  encodeSnapshot,
  encodeUnderlyingSet,
  marginEngineAbi,
  type UnderlyingRisk,
  WAD,
} from '../../sdk/src/index.ts'
import { type Case, randomCases } from './generator.ts'

/** Portfolios per seed: the same portfolios are checked however many workers share them. */
export const CHUNK = 500

/** What was met on the way, so that a run that never reached a branch shows. */
export type Reached = {
  positions: number
  longs: number
  shorts: number
  deadPrices: number
  degradedPrices: number
  fundingIndices: number
  scaledAboveOne: number
  insolvent: number
  full: number
}

/** One number on which chain and twin disagree, with what reproduces it. */
export type Mismatch = { chunk: number; index: number; field: string; chain: string; twin: string }

export type ParityResult = {
  portfolios: number
  values: number
  mismatches: number
  examples: Mismatch[]
  reached: Reached
}

type Numbers = Record<string, bigint>
const MAX_EXAMPLES = 20

export function emptyResult(): ParityResult {
  const reached = {
    positions: 0,
    longs: 0,
    shorts: 0,
    deadPrices: 0,
    degradedPrices: 0,
    fundingIndices: 0,
    scaledAboveOne: 0,
    insolvent: 0,
    full: 0,
  }
  return { portfolios: 0, values: 0, mismatches: 0, examples: [], reached }
}

export function merge(a: ParityResult, b: ParityResult): ParityResult {
  const total = (key: keyof Reached) => a.reached[key] + b.reached[key]
  return {
    portfolios: a.portfolios + b.portfolios,
    values: a.values + b.values,
    mismatches: a.mismatches + b.mismatches,
    examples: [...a.examples, ...b.examples].slice(0, MAX_EXAMPLES),
    reached: {
      positions: total('positions'),
      longs: total('longs'),
      shorts: total('shorts'),
      deadPrices: total('deadPrices'),
      degradedPrices: total('degradedPrices'),
      fundingIndices: total('fundingIndices'),
      scaledAboveOne: total('scaledAboveOne'),
      insolvent: total('insolvent'),
      full: total('full'),
    },
  }
}

export type Engine = {
  assess: (input: Case) => Promise<Assessment>
  audit: (input: Case) => Promise<{ assessment: Assessment; risks: readonly UnderlyingRisk[] }>
}

/** Deploys the compiled engine in a chain of its own, in this process. */
export async function openEngine(): Promise<Engine & { close: () => Promise<void> }> {
  const connection = await network.create()
  const { bytecode } = await artifacts.readArtifact('MarginEngine')
  const { viem, provider } = connection
  const [wallet] = await viem.getWalletClients()
  const client = await viem.getPublicClient()
  if (!wallet) throw new Error('The simulated chain has no account to deploy from.')
  const hash = await wallet.sendTransaction({ data: bytecode as Hex })
  const { contractAddress: to } = await client.getTransactionReceipt({ hash })
  if (!to) throw new Error('The engine was not deployed.')
  const call = (data: Hex) => provider.request({ method: 'eth_call', params: [{ to, data }, 'latest'] })
  return { ...engineVia(call), close: () => connection.close() }
}

function engineVia(call: (data: Hex) => Promise<unknown>): Engine {
  const argsOf = ({ portfolio, snapshot, scaled }: Case) =>
    [encodePortfolio(portfolio), encodeSnapshot(snapshot), encodeUnderlyingSet(scaled)] as const
  const abi = marginEngineAbi
  return {
    assess: async (input) => {
      const data = encodeFunctionData({ abi, functionName: 'assess', args: argsOf(input) })
      return decodeFunctionResult({ abi, functionName: 'assess', data: (await call(data)) as Hex })
    },
    audit: async (input) => {
      const data = encodeFunctionData({ abi, functionName: 'audit', args: argsOf(input) })
      const result = (await call(data)) as Hex
      const [assessment, risks] = decodeFunctionResult({ abi, functionName: 'audit', data: result })
      return { assessment, risks }
    },
  }
}

/** Checks one chunk of the sequence of `seed`, or its first `count` portfolios. */
export async function checkChunk(engine: Engine, seed: number, chunk: number, count = CHUNK): Promise<ParityResult> {
  const result = emptyResult()
  for (const [index, input] of randomCases(chunkSeed(seed, chunk), count).entries()) {
    const twin = audit(input.portfolio, input.snapshot, input.scaled)
    note(result.reached, input, twin)
    const expected = { ...flatten(assess(input.portfolio, input.snapshot, input.scaled)), ...flattenAudit(twin) }
    const actual = { ...flatten(await engine.assess(input)), ...flattenAudit(await engine.audit(input)) }
    for (const [field, value] of Object.entries(expected)) {
      result.values++
      if (actual[field] === value) continue
      result.mismatches++
      if (result.examples.length < MAX_EXAMPLES) {
        result.examples.push({ chunk, index, field, chain: String(actual[field]), twin: String(value) })
      }
    }
    result.portfolios++
  }
  return result
}

/** Distinct streams for distinct chunks. */
function chunkSeed(seed: number, chunk: number): number {
  return (seed ^ Math.imul(chunk + 1, 0x9e3779b1)) >>> 0
}

function flatten(assessment: Assessment, prefix = 'assess'): Numbers {
  return Object.fromEntries(Object.entries(assessment).map(([name, value]) => [`${prefix}.${name}`, value]))
}

function flattenAudit({ assessment, risks }: { assessment: Assessment; risks: readonly UnderlyingRisk[] }): Numbers {
  const numbers = flatten(assessment, 'audit')
  for (const { pnl54, underlying, ...rest } of risks) {
    for (const [name, value] of Object.entries(rest)) numbers[`audit.${underlying}.${name}`] = value
    for (const [lane, value] of pnl54.entries()) numbers[`audit.${underlying}.pnl54.${lane}`] = value
  }
  numbers['audit.underlyings'] = BigInt(risks.length)
  return numbers
}

function note(reached: Reached, { portfolio, snapshot }: Case, twin: ReturnType<typeof audit>): void {
  const held = new Set(portfolio.positions.map(({ instrument }) => instrument.underlying))
  const markets = snapshot.filter(({ underlying }) => held.has(underlying))
  reached.positions += portfolio.positions.length
  reached.longs += portfolio.positions.filter(({ lots }) => lots > 0n).length
  reached.shorts += portfolio.positions.filter(({ lots }) => lots < 0n).length
  reached.deadPrices += markets.filter(({ status }) => status === 'dead').length
  reached.degradedPrices += markets.filter(({ status }) => status === 'degraded').length
  reached.fundingIndices += markets.filter(({ fundingIndex }) => fundingIndex !== 0n).length
  reached.scaledAboveOne += twin.risks.filter(({ initialFactor }) => initialFactor > WAD).length
  reached.insolvent += twin.assessment.equity < 0n ? 1 : 0
  reached.full += portfolio.positions.length > 100 ? 1 : 0
}
