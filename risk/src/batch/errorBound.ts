/**
 * A proven bound on the rounding error of the batch engine: fast filter, exact decide.
 *
 * Model of arithmetic (IEEE 754, round to nearest): fl(a op b) = (a op b)(1 + d) + t with |d| <= u = 2^-53; t <= 2^-1075 is
 * non-zero only when a product underflows. Write gamma(n) = n u / (1 - n u).
 *
 * Claim. Every number x that the engine computes from its inputs (quantities, cash, the market's numbers, parameters: all
 * doubles, taken as exact) has a *size* M >= |x| and a *depth* d such that the computed x~ obeys |x~ - x| <= gamma(d) M:
 *
 * - an input: M = |x|, d = 0.
 * - a sum or difference of a and b: M = M_a + M_b, d = max(d_a, d_b) + 1, because
 *   |x~ - x| <= |a~ - a| + |b~ - b| + u |a~ + b~| <= (g + u (1 + g)) (M_a + M_b), g = gamma(max), and (1 + gamma(n))(1 + u) <= 1 +
 *   gamma(n + 1).
 * - a product: M = M_a M_b, d = d_a + d_b + 1, because (1 + gamma(m))(1 + gamma(n))(1 + u) <= 1 + gamma(m + n + 1).
 * - a quotient by an input b: as the product by 1 / b.
 * - min, max, |.|, and choosing the worst lane or node: M = max(M_a, M_b), d = max(d_a, d_b): these are 1-Lipschitz in the
 *   largest change of an argument, and comparing rounds nothing. So a comparison that rounding turned the other way costs
 *   no more than the errors of its arguments. The same holds for a branch whose sides meet at its condition (a netted strike
 *   of either sign, a spread that ends where a net delta changes its sign).
 * - sqrt on [1, inf): M = M_a, d = d_a + 1: its slope is at most 1/2 and sqrt(a) <= a.
 * - expected shortfall: the average of the worst alpha of losses clipped at 0 is max over weights 0 <= w_n <= p_n, sum w_n <= alpha,
 *   of sum w_n loss_n / alpha: 1-Lipschitz again. Its own rounding adds less than `MEASURE_DEPTH`.
 *
 * Hence one pair (M, d) per account serves E, MM, IM and their differences: the engine sums |term| beside each term, row by
 * row, and d counts the longest path: rows of the account plus the fixed steps after them. The sizes are themselves sums of
 * non-negative doubles of depth at most d, so the computed size is at least (1 - gamma(d)) M; multiplying by
 * gamma(2 d + 2) instead of gamma(d) absorbs that and the rounding of the bound itself.
 *
 * Underflow: each of the at most 64 d products of an account loses at most 2^-1075 times what it is multiplied with later;
 * `UNDERFLOW` covers factors up to 1e290.
 *
 * Source: N. J. Higham (2002), "Accuracy and Stability of Numerical Algorithms", 2nd ed., sections 2.2, 3.1 to 3.5
 * (lemma 3.1, and running error analysis in 3.3); ES as a maximum over weights: P. Artzner, F. Delbaen, J.-M. Eber and
 * D. Heath (1999), "Coherent measures of risk".
 */

/** Unit roundoff of a double. */
export const UNIT_ROUNDOFF = 2 ** -53

/** Roundings on the longest path through one position: netting, product, sums of lanes and deltas, twice for a product of sums. */
const DEPTH_PER_POSITION = 6
/** Roundings of the steps after the sums: parity, relief, tail mean over 17 nodes, offset, ratio, charges, totals. */
const MEASURE_DEPTH = 96
const UNDERFLOW = 2 ** -100

/** gamma(n) = n u / (1 - n u). */
function gamma(roundings: number): number {
  return (roundings * UNIT_ROUNDOFF) / (1 - roundings * UNIT_ROUNDOFF)
}

/**
 * How far each of E, MM, IM, good end, E - MM, E + good end - MM and E - IM of an account may lie from its exact value,
 * USD.
 * @param positions of the account. @param size sum of the absolute terms, as computed.
 */
export function roundingBound(positions: number, size: number): number {
  const depth = DEPTH_PER_POSITION * positions + MEASURE_DEPTH
  return gamma(2 * depth + 2) * size + UNDERFLOW
}
