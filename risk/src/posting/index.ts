/**
 * What publishers of historical weights post: computed from prices, with hashes of its inputs and of its algorithm. Needs Node for SHA-256.
 *
 * @example
 * ```ts
 * import { codeHash, historyPosting } from '@plimsoll/risk/posting'
 *
 * const day = 86_400
 * const times = Float64Array.from({ length: 400 }, (_, i) => 20_000 * day + i * day)
 * const prices = times.map((_, i) => (i % 2 === 0 ? 100 : 104))
 * const request = { underlying: 'BTC', timestamp: 20_399 * day, scanRange: 12n * 10n ** 16n }
 * const { caps, offset, code } = historyPosting(request, [{ symbol: 'BTC', times, prices }])
 * console.log(caps.join(' '), offset) // 164 410 819 164 164 164 8191 8191 164 164 8191 164 164 164 819 410 164 0
 * console.log(code === codeHash()) // true
 * ```
 * @packageDocumentation
 */
export { ALGORITHM, codeHash } from './algorithm.ts'
export { canonicalHash } from './canonicalHash.ts'
export { type ClaimedPosting, type Difference, differences } from './differences.ts'
export * from './historyPosting.ts'
