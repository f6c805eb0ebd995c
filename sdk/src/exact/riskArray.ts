/** Twin of `contracts/libraries/RiskArray.sol`: the risk array of a strike, 30 lanes in two words, and sums of them. */
import { callValue } from './black76.ts'
import { TooManyOptionLotsError } from './errors.ts'
import { WAD, WAD2 } from './fixedPoint.ts'
import { lnWad } from './logarithm.ts'
import { LANES, MAX_FALL } from './scenarios.ts'
import { squareRoot } from './squareRoot.ts'

/** One of the 17 prices relative to the price now, 1 + m, and its logarithm. WAD. */
export type RiskNode = { readonly factor: bigint; readonly log: bigint }

/** What a strike's risk array is a function of, beside the nodes. 18 decimals; deviations are sigma * sqrt(tau). */
export type StrikeTerms = {
  /** Reference spot S0. */
  readonly spot: bigint
  readonly forward: bigint
  readonly strike: bigint
  readonly discount: bigint
  /** ln(forward / strike) */
  readonly logMoneyness: bigint
  readonly deviation: bigint
  readonly deviationUp: bigint
  readonly deviationDown: bigint
}

/** VU and VD of a 30-day option and the cap of the fall, WAD fractions. */
export type VolatilityShocks = { readonly up: bigint; readonly down: bigint; readonly downCap: bigint }

/** Lanes of a strike as stored: lanes 0..15 in `low`, 16..29 in `high`, biased by 2^15, tag in the top 32 bits of `high`. */
export type RiskWords = { readonly low: bigint; readonly high: bigint }

/** Sum of |lots| in one accumulation stays below this. */
export const MAX_GROSS = 1n << 47n

const BIAS = 1n << 15n
const MAX_LANE = (1n << 16n) - 1n
const DAY = 86_400n
/** Nodes before the extremes. */
const GRID = 13

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** The 17 nodes of a scan range: 13 of the grid, then -2, +2, -4, +4 ranges. R-3: sixths toward 0. */
export function nodesOf(scanRange: bigint): RiskNode[] {
  const moves: bigint[] = []
  for (let j = -6n; j <= 6n; j++) moves.push((j * scanRange) / 6n)
  moves.push(-min(2n * scanRange, MAX_FALL), 2n * scanRange, -min(4n * scanRange, MAX_FALL), 4n * scanRange)
  return moves.map((move) => ({ factor: WAD + move, log: lnWad(WAD + move) }))
}

/** Factors of the total deviation in the up and in the down lanes, WAD. R-38: toward 0. */
export function deviationFactors(tauSeconds: bigint, shocks: VolatilityShocks): { up: bigint; down: bigint } {
  const time = tauSeconds > 2n * DAY ? tauSeconds : 2n * DAY
  const scale = squareRoot((30n * DAY * WAD2) / time)
  const up = WAD + (shocks.up * scale) / WAD
  if (tauSeconds <= DAY) return { up, down: 0n }
  const rest = WAD - min(shocks.downCap, (shocks.down * scale) / WAD)
  return { up, down: (rest * squareRoot(((tauSeconds - DAY) * WAD2) / tauSeconds)) / WAD }
}

/** The words of a strike, tag 0. R-39: lanes down, cut to int16. */
export function riskWords(terms: StrikeTerms, nodes: readonly RiskNode[]): RiskWords {
  const value = callValue(terms)
  const unit = terms.spot * WAD
  const biasedLane = (shocked: bigint, divisor: bigint) => {
    const sum = (shocked - value) * ((terms.discount << 15n) / divisor) + BIAS * unit
    return sum > 0n ? min(sum / unit, MAX_LANE) : 0n
  }
  let bits = 0n
  for (const [node, { factor, log }] of nodes.entries()) {
    const forward = (terms.forward * factor) / WAD
    const moved = { forward, strike: terms.strike, logMoneyness: terms.logMoneyness + log }
    const up = callValue({ ...moved, deviation: terms.deviationUp })
    if (node >= GRID) {
      bits |= biasedLane(up, node < GRID + 2 ? 2n : 4n) << BigInt(16 * (node + GRID))
    } else {
      const down = callValue({ ...moved, deviation: terms.deviationDown })
      bits |= (biasedLane(up, 1n) | (biasedLane(down, 1n) << 16n)) << BigInt(32 * node)
    }
  }
  return { low: BigInt.asUintN(256, bits), high: bits >> 256n }
}

const view = new DataView(new ArrayBuffer(64))

/** The lanes of stored words, units of 2^-15 of reference spot. */
export function lanesOf(words: RiskWords): bigint[] {
  return Array.from(laneNumbers(words), BigInt)
}

/** The same as small numbers, for sums. */
export function laneNumbers({ low, high }: RiskWords): Int16Array {
  for (let word = 0; word < 4; word++) {
    const shift = BigInt(64 * word)
    view.setBigUint64(8 * word, low >> shift, true) // the low 64 bits
    view.setBigUint64(32 + 8 * word, high >> shift, true)
  }
  return Int16Array.from({ length: LANES }, (_, lane) => view.getUint16(2 * lane, true) - 2 ** 15)
}

/** Words that carry `tag`. */
export function tagged({ low, high }: RiskWords, tag: number): RiskWords {
  return { low, high: BigInt.asUintN(224, high) | (BigInt(tag) << 224n) }
}

/** The epoch that words were computed in; 0: none. */
export function tagOf({ high }: RiskWords): number {
  return Number(high >> 224n)
}

/** Calls and puts, netted, of one strike. */
export type StrikeLots = { readonly words: RiskWords; readonly lots: bigint }

/** Lots are split here, so that sums of lots times lanes stay exact in 53 bits: below 2^47 lots, 2^39 and 2^46. */
const SPLIT = 24n

/** Sums of lots times lanes; exact while `gross` is below MAX_GROSS. */
export class LaneSums {
  readonly #high = new Float64Array(LANES)
  readonly #low = new Float64Array(LANES)
  /** Sum of max(-lots, 0). */
  shorts = 0n
  /** Sum of |lots|. */
  gross = 0n

  /** Adds `lots` calls and puts (netted) of a strike. */
  add(lanes: Int16Array, lots: bigint): void {
    const high = Number(lots >> SPLIT)
    const low = Number(BigInt.asUintN(Number(SPLIT), lots))
    for (let lane = 0; lane < LANES; lane++) {
      const unit = lanes[lane] ?? 0
      this.#high[lane] = (this.#high[lane] ?? 0) + high * unit
      this.#low[lane] = (this.#low[lane] ?? 0) + low * unit
    }
    if (lots < 0n) this.shorts -= lots
    this.gross += lots < 0n ? -lots : lots
  }

  merge(other: LaneSums): void {
    for (let lane = 0; lane < LANES; lane++) {
      this.#high[lane] = (this.#high[lane] ?? 0) + (other.#high[lane] ?? 0)
      this.#low[lane] = (this.#low[lane] ?? 0) + (other.#low[lane] ?? 0)
    }
    this.shorts += other.shorts
    this.gross += other.gross
  }

  /** Sum of lots times one lane, without the charge of shorts. */
  lane(lane: number): bigint {
    return (BigInt(this.#high[lane] ?? 0) << SPLIT) + BigInt(this.#low[lane] ?? 0)
  }

  /** Profit and loss of each lane, one lot times 2^-15 of reference spot a unit. R-40: one unit less per short lot. */
  pnl(): bigint[] {
    if (this.gross >= MAX_GROSS) throw new TooManyOptionLotsError({ gross: this.gross, limit: MAX_GROSS })
    return Array.from({ length: LANES }, (_, lane) => this.lane(lane) - this.shorts)
  }
}

/** Profit and loss of each lane of netted strikes, see `LaneSums.pnl`. @throws TooManyOptionLotsError */
export function sumLanes(legs: readonly StrikeLots[]): bigint[] {
  const sums = new LaneSums()
  for (const { words, lots } of legs) sums.add(laneNumbers(words), lots)
  return sums.pnl()
}

/** Sum of |lots|: below MAX_GROSS, or the chain refuses with TooManyLots. */
export function grossLots(legs: readonly StrikeLots[]): bigint {
  return legs.reduce((gross, { lots }) => gross + (lots < 0n ? -lots : lots), 0n)
}
