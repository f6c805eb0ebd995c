/**
 * Probabilities of the 17 price nodes as far as expected shortfall needs them, in the form in which the contracts hold them.
 *
 * Expected shortfall of losses clipped at 0 is max { sum y_n loss_n : 0 <= y_n <= u_n, sum y_n <= 1 } with the *caps*
 * u_n = min(1, p_n / tail): more than the tail of a node's probability is never used, and a cap that is rounded up never lowers it.
 *
 * Source: R. T. Rockafellar and S. Uryasev (2000), "Optimization of conditional value-at-risk", J. Risk 2; C. Acerbi and
 * D. Tasche (2002), "On the coherence of expected shortfall", J. Banking & Finance 26.
 */
import { DomainError, RiskError } from '../../errors.ts'
import { NODES } from '../../scenarios/lanes.ts'

/** A cap of 1, and the bits of one cap. */
export const FULL_CAP = 8191
export const CAP_BITS = 13

/** Least caps that the contracts take, units of 1/8191: 2 %, 5 % at two scan ranges, 10 % at one. */
export const LEAST_CAPS: readonly number[] = Array.from({ length: NODES }, (_, node) => {
  const fromEnd = Math.min(node, NODES - 1 - node)
  if (fromEnd === 1) return 410
  return fromEnd === 2 ? 819 : 164
})

/** Bits above the 17 caps are set, or the word is negative. */
export class TailWordError extends RiskError {
  readonly code = 'TAIL_WORD'
  readonly word: bigint
  constructor(word: bigint) {
    super(`The word ${word} is not one of ${NODES} caps: it must be at least 0 and below 2^${CAP_BITS * NODES}.`)
    this.word = word
  }
}

/**
 * Caps in units of 1/8191, rounded up, at least `LEAST_CAPS`.
 * @param probabilities of the nodes, ascending in price. @param tail alpha.
 * @throws DomainError unless they are 17 probabilities that sum to 1 and 0 < tail <= 1
 */
export function tailCaps(probabilities: Float64Array, tail: number): number[] {
  requireProbabilities(probabilities)
  const caps = impliedCaps(probabilities, tail)
  return LEAST_CAPS.map((least, node) => Math.max(caps[node] ?? 0, least))
}

/**
 * The same without least caps and for masses of any sum: what the contracts make of the prices of butterflies.
 * @throws DomainError unless 0 < tail <= 1
 */
export function impliedCaps(masses: Float64Array, tail: number): number[] {
  if (!(tail > 0 && tail <= 1)) throw new DomainError('tail', tail, 'above 0 and at most 1')
  return Array.from(masses, (mass) => Math.min(Math.ceil((mass / tail) * FULL_CAP), FULL_CAP))
}

/** The word of 17 caps, node 0 lowest. @throws DomainError for a cap that has no 13 bits */
export function tailWord(caps: readonly number[]): bigint {
  if (caps.length !== NODES) throw new DomainError('caps.length', caps.length, `${NODES}, one per node`)
  return caps.reduceRight((word, cap, node) => {
    if (!(Number.isInteger(cap) && cap >= 0 && cap <= FULL_CAP))
      throw new DomainError(`caps[${node}]`, cap, `a whole number from 0 to ${FULL_CAP}`)
    return (word << BigInt(CAP_BITS)) | BigInt(cap)
  }, 0n)
}

/** The 17 caps of a word, units of 1/8191. @throws TailWordError for bits above them */
export function capsOf(word: bigint): number[] {
  if (word < 0n || word >> BigInt(CAP_BITS * NODES) !== 0n) throw new TailWordError(word)
  return Array.from({ length: NODES }, (_, node) => Number((word >> BigInt(CAP_BITS * node)) & BigInt(FULL_CAP)))
}

/**
 * The most probability mass of each node that a tail uses: caps times tail, what `tailMean` takes.
 * @param caps u_n as fractions. @throws DomainError unless they are 17 numbers from 0 to 1
 */
export function tailMasses(caps: Float64Array, tail: number): Float64Array {
  if (caps.length !== NODES) throw new DomainError('caps.length', caps.length, `${NODES}, one per node`)
  return caps.map((cap, node) => {
    if (!(cap >= 0 && cap <= 1)) throw new DomainError(`caps[${node}]`, cap, 'a fraction from 0 to 1')
    return cap * tail
  })
}

/** Caps as fractions of 1. */
export function capFractions(caps: readonly number[]): Float64Array {
  return Float64Array.from(caps, (cap) => cap / FULL_CAP)
}

function requireProbabilities(probabilities: Float64Array): void {
  if (probabilities.length !== NODES)
    throw new DomainError('probabilities.length', probabilities.length, `${NODES}, one per node`)
  let sum = 0
  for (const [node, probability] of probabilities.entries()) {
    if (!(probability >= 0)) throw new DomainError(`probabilities[${node}]`, probability, '0 or more')
    sum += probability
  }
  if (Math.abs(sum - 1) > 1e-9) throw new DomainError('sum of probabilities', sum, '1')
}
