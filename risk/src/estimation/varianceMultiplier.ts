import { DomainError } from '../errors.ts'
import { requireAligned } from './covariance.ts'
import { requireSeries } from './series.ts'

/** A tree of splits at thresholds of features; a leaf adds `value` to the logarithm of the factor. */
export type RegressionTree =
  | { value: number }
  | { feature: number; threshold: number; below: RegressionTree; above: RegressionTree }

/** Learned factors for a variance forecast, within bounds whatever the features say. */
export type VarianceMultiplier = { trees: readonly RegressionTree[]; least: number; most: number; features: number }

/** How trees are grown and what bounds the factor. */
export type BoostingOptions = {
  /** Bounds of the factor: what a fault of the model can do at worst. @default 0.8 and 1.5 */
  least?: number
  most?: number
  /** @default 150 trees */
  rounds?: number
  /** Share of each tree's step that is taken. @default 0.05 */
  learningRate?: number
  /** Splits on each way to a leaf. @default 2 */
  depth?: number
  /** Observations in a leaf. @default 50 */
  leafSize?: number
}

/** `ratios` are realised / (forecast so far) of every row; `sorted` holds the sample's rows in the order of each feature. */
type Sample = { features: readonly Float64Array[]; ratios: Float64Array; sorted: readonly Uint32Array[] }

/** n ln(mean): twice what a leaf of its own saves of the QLIKE loss, up to a constant. */
function score(sum: number, count: number): number {
  return count * Math.log(sum / count)
}

function sumOver(rows: Uint32Array, ratios: Float64Array): number {
  let sum = 0
  for (let i = 0; i < rows.length; i++) sum += ratios[rows[i] ?? 0] ?? 0
  return sum
}

type Candidate = { gain: number; feature: number; threshold: number }

/** The split of one feature that saves most. */
function bestThreshold({ features, ratios, sorted }: Sample, feature: number, leafSize: number): Candidate {
  const values = features[feature] ?? new Float64Array()
  const rows = sorted[feature] ?? new Uint32Array()
  const total = sumOver(rows, ratios)
  const whole = score(total, rows.length)
  const best = { gain: 0, feature, threshold: 0 }
  let below = 0
  for (let i = 1; i < rows.length; i++) {
    const [previous = 0, next = 0] = [rows[i - 1], rows[i]]
    below += ratios[previous] ?? 0
    const [left = 0, right = 0] = [values[previous], values[next]]
    if (i < leafSize || rows.length - i < leafSize || left === right) continue
    const gain = whole - score(below, i) - score(total - below, rows.length - i)
    if (gain > best.gain) Object.assign(best, { gain, threshold: (left + right) / 2 })
  }
  return best
}

function growTree(sample: Sample, depth: number, options: { leafSize: number; learningRate: number }): RegressionTree {
  const { features, ratios, sorted } = sample
  const rows = sorted[0] ?? new Uint32Array()
  const leaf = { value: options.learningRate * Math.log(sumOver(rows, ratios) / rows.length) }
  if (depth === 0) return leaf
  const candidates = features.map((_, feature) => bestThreshold(sample, feature, options.leafSize))
  const best = candidates.reduce((most, candidate) => (candidate.gain > most.gain ? candidate : most))
  if (best.gain <= 0) return leaf
  const values = features[best.feature] ?? new Float64Array()
  const side = (keep: (value: number) => boolean) => {
    const kept = sorted.map((order) => order.filter((row) => keep(values[row] ?? 0)))
    return growTree({ features, ratios, sorted: kept }, depth - 1, options)
  }
  return {
    feature: best.feature,
    threshold: best.threshold,
    below: side((value) => value <= best.threshold),
    above: side((value) => value > best.threshold),
  }
}

/** `featureAt` gives one feature of the observation. */
function treeValue(tree: RegressionTree, featureAt: (feature: number) => number): number {
  let node = tree
  while ('feature' in node) node = featureAt(node.feature) <= node.threshold ? node.below : node.above
  return node.value
}

/**
 * Learns by how much to multiply a variance forecast from features known at the time: gradient-boosted trees on the QLIKE
 * loss with a logarithmic link, for which the best value of a leaf is ln(mean of realised / forecast). `features`: one
 * array per feature; `ratios`: realised / forecast of the same periods, positive. Deterministic. Only for a base forecast
 * on which it is shown to help out of sample (`node bench/src/risk/forecast.ts`).
 *
 * Sources: Friedman (2001), "Greedy function approximation: a gradient boosting machine"; Patton (2011) for the loss.
 */
export function fitVarianceMultiplier(
  features: readonly ArrayLike<number>[],
  ratios: ArrayLike<number>,
  options: BoostingOptions = {},
): VarianceMultiplier {
  const { least = 0.8, most = 1.5, rounds = 150, learningRate = 0.05, depth = 2, leafSize = 50 } = options
  if (features.length === 0) throw new DomainError('the number of features', 0, 'at least 1')
  for (const [name, value, lowest] of [
    ['rounds', rounds, 0],
    ['depth', depth, 0],
    ['leafSize', leafSize, 1],
  ] as const)
    if (!(Number.isInteger(value) && value >= lowest))
      throw new DomainError(name, value, `an integer from ${lowest} on`)
  if (!(learningRate > 0 && learningRate <= 1)) throw new DomainError('learningRate', learningRate, 'in (0, 1]')
  const count = requireAligned([...features, ratios], 2 * leafSize)
  requireSeries('logarithms of ratios', Array.from(ratios, Math.log), count)
  if (!(least > 0 && least <= 1 && most >= 1)) throw new DomainError('least', least, `in (0, 1], and most at least 1`)
  const sample = {
    features: features.map((values) => Float64Array.from(values)),
    ratios: Float64Array.from(ratios),
    sorted: features.map((values) =>
      Uint32Array.from({ length: count }, (_, row) => row).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b),
    ),
  }
  const trees: RegressionTree[] = []
  for (let round = 0; round < rounds; round++) {
    const tree = growTree(sample, depth, { leafSize, learningRate })
    trees.push(tree)
    for (let row = 0; row < count; row++) {
      const step = treeValue(tree, (feature) => sample.features[feature]?.[row] ?? 0)
      sample.ratios[row] = (sample.ratios[row] ?? 0) * Math.exp(-step)
    }
  }
  return { trees, least, most, features: features.length }
}

/** The factor for one vector of features, between the model's bounds. */
export function varianceMultiplier(model: VarianceMultiplier, features: ArrayLike<number>): number {
  if (features.length !== model.features)
    throw new DomainError('the number of features', features.length, `${model.features}`)
  const logarithm = model.trees.reduce((sum, tree) => sum + treeValue(tree, (feature) => features[feature] ?? 0), 0)
  return Math.min(Math.max(Math.exp(logarithm), model.least), model.most)
}
