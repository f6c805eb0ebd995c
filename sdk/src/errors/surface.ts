import { defineRevert } from './define.ts'
import { wad } from './format.ts'

export class ThetaOutOfRangeError extends defineRevert(
  'ThetaOutOfRange',
  ({ theta, limit }) => `theta is ${wad(theta)}; it must be above 0 and at most ${wad(limit)}. Calibrate again.`,
) {}
export class RhoOutOfRangeError extends defineRevert(
  'RhoOutOfRange',
  ({ rho, limit }) => `rho is ${rho}; its size must be below ${limit}. Calibrate again.`,
) {}
export class WingTooSteepError extends defineRevert(
  'WingTooSteep',
  ({ slope, limit }) => `psi (1 + |rho|) is ${slope}; it must be below ${limit}. Lower psi.`,
) {}
export class ButterflyArbitrageError extends defineRevert(
  'ButterflyArbitrage',
  ({ curvature, limit }) =>
    `psi^2 (1 + |rho|) is ${curvature}; at most 4 theta = ${limit} is free of butterflies. Lower psi.`,
) {}
export class VarianceFallsError extends defineRevert(
  'VarianceFalls',
  ({ farTheta, nearTheta }) =>
    `theta falls from ${wad(nearTheta)} to ${wad(farTheta)} at a later expiry. Fit all expiries together.`,
) {}
export class WingsCrossError extends defineRevert(
  'WingsCross',
  ({ skewChange, slopeChange }) =>
    `rho psi changes by ${skewChange}, psi by only ${slopeChange}: the wings of two expiries cross. Fit all expiries together.`,
) {}
export class SmileSteepensError extends defineRevert(
  'SmileSteepens',
  ({ far, near }) => `psi / theta rises at a later expiry (${far} against ${near}). Fit all expiries together.`,
) {}
export class TooManyLotsError extends defineRevert(
  'TooManyLots',
  ({ gross, limit }) => `${gross} lots of options together exceed ${limit}. Split the book.`,
) {}
export class SurfaceFieldTooLargeError extends defineRevert(
  'SurfaceFieldTooLarge',
  ({ value, limit }) => `A field of the surface is ${value} units; at most ${limit} can be stored. Calibrate again.`,
) {}
