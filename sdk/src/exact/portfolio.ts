import { DATED_ROOM, UNDERLYING_ROOM } from './parameters.ts'

/** What one lot is, in the order of the chain's enum. Spot is collateral in base units of its token. */
export const KINDS = ['spot', 'perpetual', 'future', 'call', 'put'] as const
export type Kind = (typeof KINDS)[number]

/**
 * Margin modes in the order of the chain's enum. Isolated: derivatives of one underlying only; measured as cross. Portfolio: as
 * cross, with offsets between the underlyings of a group. Risk-neutral and quantitative, the tail modes: expected shortfall under
 * the probabilities of option prices or of history, between 0.7 times what portfolio measures and that.
 */
export const MODES = ['cross', 'isolated', 'portfolio', 'riskNeutral', 'quantitative'] as const
export type Mode = (typeof MODES)[number]

/** Whether a mode offsets underlyings: it needs the rows of the series of all that is held. */
export function isOffsetting(mode: Mode): boolean {
  return mode !== 'cross' && mode !== 'isolated'
}

export type Instrument = {
  /** 1..255; the number under which the underlying is listed. */
  readonly underlying: number
  readonly kind: Kind
  /** Unix seconds; 0 for spot and perpetuals. */
  readonly expiry: number
  /** USD with 8 decimals; 0 without a strike. */
  readonly strike: bigint
}

export type Position = {
  readonly instrument: Instrument
  /** Base units of the token (spot) or listed lots (derivatives); negative is short. */
  readonly lots: bigint
}

/** An account as a vector of integer lots beside cash. */
export type Portfolio = {
  readonly mode: Mode
  /** USD, 18 decimals. */
  readonly cash: bigint
  /** In stored order. */
  readonly positions: readonly Position[]
}

export function isSameInstrument(a: Instrument, b: Instrument): boolean {
  return a.underlying === b.underlying && a.kind === b.kind && a.expiry === b.expiry && a.strike === b.strike
}

/** Lots of an instrument; 0n when none are held. */
export function lotsOf(positions: readonly Position[], instrument: Instrument): bigint {
  return positions.find((position) => isSameInstrument(position.instrument, instrument))?.lots ?? 0n
}

/** In the order of their encoded ids: underlying, expiry, strike, kind. */
export function compareInstruments(a: Instrument, b: Instrument): number {
  if (a.underlying !== b.underlying) return a.underlying - b.underlying
  if (a.expiry !== b.expiry) return a.expiry - b.expiry
  if (a.strike !== b.strike) return a.strike < b.strike ? -1 : 1
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)
}

/** Has an expiry: needs rows of its series in a snapshot. */
export function isDated({ kind }: Instrument): boolean {
  return kind !== 'spot' && kind !== 'perpetual'
}

export function isOption({ kind }: Instrument): boolean {
  return kind === 'call' || kind === 'put'
}

/** Distinct underlyings of `positions`, ascending. */
export function underlyingsOf(positions: readonly Position[]): number[] {
  return [...new Set(positions.map(({ instrument }) => instrument.underlying))].sort((a, b) => a - b)
}

/**
 * What `positions` take of the `ACCOUNT_ROOM` of an account: the gas of taking it over grows with its positions and
 * underlyings, most with those that need a surface.
 */
export function roomTaken(positions: readonly Position[]): number {
  const dated = positions.filter(({ instrument }) => isDated(instrument))
  const [all, withDated] = [underlyingsOf(positions).length, underlyingsOf(dated).length]
  return positions.length + UNDERLYING_ROOM * all + DATED_ROOM * withDated
}
