/** Parameters of Derive's standard manager. Ratios are fractions of 1. */
import type { TwoLevels } from '../derivePmrm2/index.ts'

/**
 * Short options per unit: `minimumSpot` and `maximumSpot` shares of spot in initial margin, `callSpot` and `putSpot` in
 * maintenance, `putValue` of the put's own value. `unpaired` scales the forward per short call that no long call covers.
 * `offset` scales a put's maintenance into a cap of its initial margin.
 */
export type StandardOptionTerms = {
  minimumSpot: number
  maximumSpot: number
  callSpot: number
  putSpot: number
  putValue: number
  unpaired: TwoLevels
  offset: number
}

/** `base` is the share of the base collateral's value that counts; initial margin counts it times `baseInitial`. */
export type StandardMarketTerms = {
  perpetual: TwoLevels
  option: StandardOptionTerms
  base: number
  baseInitial: number
}

/** Below its threshold an oracle costs (1 - confidence) * `confidenceFactor` of the notional, in initial margin. */
export type StandardParameters = {
  markets: Readonly<Record<string, StandardMarketTerms>>
  perpetualThreshold: number
  optionThreshold: number
  baseThreshold: number
  confidenceFactor: number
  depegThreshold: number
  depegFactor: number
}

const TEST_TERMS: StandardMarketTerms = {
  perpetual: { maintenance: 0.05, initial: 0.065 },
  option: {
    minimumSpot: 0.1,
    maximumSpot: 0.15,
    callSpot: 0.075,
    putSpot: 0.075,
    putValue: 0.075,
    unpaired: { maintenance: 1.1, initial: 1.2 },
    offset: 1.05,
  },
  base: 0.1,
  baseInitial: 1,
}

/** Parameters under which Derive publishes its standard manager's test portfolios. */
export const DERIVE_STANDARD_TEST: StandardParameters = {
  markets: { ETH: TEST_TERMS, BTC: TEST_TERMS },
  perpetualThreshold: 0.4,
  optionThreshold: 0.4,
  baseThreshold: 0.4,
  confidenceFactor: 0.4,
  depegThreshold: 0.98,
  depegFactor: 1.2,
}

const MAINNET_OPTION: StandardOptionTerms = {
  ...TEST_TERMS.option,
  minimumSpot: 0.13,
  callSpot: 0.09,
  putSpot: 0.09,
  putValue: 0.09,
}

/** Parameters in force for BTC and ETH on Derive's main chain at the end of 2025. */
export const DERIVE_STANDARD_MAINNET: StandardParameters = {
  markets: {
    BTC: {
      perpetual: { maintenance: 0.05, initial: 0.066 },
      option: MAINNET_OPTION,
      base: 0.75,
      baseInitial: 0.93,
    },
    ETH: {
      perpetual: { maintenance: 0.05, initial: 0.066 },
      option: MAINNET_OPTION,
      base: 0.8,
      baseInitial: 0.9375,
    },
  },
  perpetualThreshold: 0.55,
  optionThreshold: 0.55,
  baseThreshold: 0.55,
  confidenceFactor: 1,
  depegThreshold: 0.99,
  depegFactor: 2,
}
