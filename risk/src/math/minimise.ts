/** Deterministic minimisers in a box: by values alone, and of sums of squares. */
export type { Bounds, Minimum } from './bounds.ts'
export { type LevenbergMarquardtOptions, levenbergMarquardt } from './levenbergMarquardt.ts'
export { type NelderMeadOptions, nelderMead } from './nelderMead.ts'
