/** Deterministic minimisers in a box: by values alone, and of sums of squares. */
export { levenbergMarquardt } from './levenbergMarquardt.ts'
export { nelderMead } from './nelderMead.ts'
