/** What governance sets for one underlying, as the contracts store it: whole millionths, `group` a plain number. */
import { defaultsOf, type UnderlyingParameters } from '../methods/plimsoll/parameters.ts'

/** In the order in which the contracts check them: risk parameters of `Markets`, then risk terms of `Series`. */
export const GOVERNED = [
  'floor',
  'cap',
  'stressVolatility',
  'kappa',
  'epsilon',
  'linearRelief',
  'haircut',
  'volatilityUp',
  'volatilityDown',
  'optionMaintenance',
  'optionInitial',
  'calendar',
  'basis',
  'basisPerYear',
  'offset',
  'group',
] as const

export type GovernedParameter = (typeof GOVERNED)[number]

/** Millionths; `group` is 1 to 7, or 0 for an underlying that stands alone. */
export type Governed = Readonly<Record<GovernedParameter, number>>

const MILLION = 1e6

/** The protocol's own choice for `symbol`, all underlyings in group 1. */
export function governedDefaults(symbol: string): Governed {
  const own = defaultsOf(symbol)
  const millionths = (fraction: number) => Math.round(fraction * MILLION)
  return {
    floor: millionths(own.scanRangeFloor),
    cap: millionths(own.scanRangeCap),
    stressVolatility: millionths(own.stressVolatility),
    kappa: millionths(own.kappa),
    epsilon: millionths(own.epsilon),
    linearRelief: millionths(own.linearRelief),
    haircut: millionths(own.haircut),
    volatilityUp: millionths(own.volatilityUp),
    volatilityDown: millionths(own.volatilityDown),
    optionMaintenance: millionths(own.optionCharge.maintenance),
    optionInitial: millionths(own.optionCharge.initial),
    calendar: millionths(own.calendarCharge),
    basis: millionths(own.basisCharge),
    basisPerYear: millionths(own.basisChargePerYear),
    offset: millionths(own.offset),
    group: 1,
  }
}

/** Parameters of the margin under `governed`; what governance cannot set is the default of `symbol`. */
export function marginParameters(symbol: string, governed: Governed): UnderlyingParameters {
  return {
    ...defaultsOf(symbol),
    scanRangeFloor: governed.floor / MILLION,
    scanRangeCap: governed.cap / MILLION,
    stressVolatility: governed.stressVolatility / MILLION,
    kappa: governed.kappa / MILLION,
    epsilon: governed.epsilon / MILLION,
    linearRelief: governed.linearRelief / MILLION,
    haircut: governed.haircut / MILLION,
    volatilityUp: governed.volatilityUp / MILLION,
    volatilityDown: governed.volatilityDown / MILLION,
    optionCharge: { maintenance: governed.optionMaintenance / MILLION, initial: governed.optionInitial / MILLION },
    calendarCharge: governed.calendar / MILLION,
    basisCharge: governed.basis / MILLION,
    basisChargePerYear: governed.basisPerYear / MILLION,
    offset: governed.offset / MILLION,
  }
}
