/** The tail of a law that has finitely many outcomes. */

/**
 * Mean of the worst `level` of losses (positive = loss) with these probabilities, the last outcome counted in part, and the
 * loss at which that tail begins. Where the probabilities do not reach `level`, the tail is all of them.
 *
 * Source: C. Acerbi and D. Tasche (2002), "On the coherence of expected shortfall", J. Banking & Finance 26.
 */
export function discreteTail(
  losses: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  level: number,
): { expectedShortfall: number; valueAtRisk: number } {
  const order = Array.from({ length: losses.length }, (_, i) => i).sort((a, b) => (losses[b] ?? 0) - (losses[a] ?? 0))
  let [left, sum, valueAtRisk] = [level, 0, Number.NaN]
  for (const i of order) {
    const part = Math.min(left, probabilities[i] ?? 0)
    sum += part * (losses[i] ?? 0)
    left -= part
    valueAtRisk = losses[i] ?? 0
    if (left <= 0) break
  }
  return { expectedShortfall: sum / (level - left), valueAtRisk }
}
