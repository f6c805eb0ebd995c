/** A PMRM_2 test portfolio as Derive publishes it: scenario and parameters in one object. */
import { z } from 'zod'
import type { DeriveExpiry, DeriveMarket, DerivePortfolio } from '../../methods/derive/market.ts'
import { splitForward } from '../../methods/derive/market.ts'
import { deriveVolatility } from '../../methods/derive/svi.ts'
import type { Pmrm2Collateral, Pmrm2Parameters, VolatilityDirection } from '../../methods/derivePmrm2/index.ts'
import { callFlag, decimal } from './caseList.ts'

const DIRECTIONS: Readonly<Record<string, VolatilityDirection>> = {
  none: 'none',
  up: 'up',
  down: 'down',
  linear: 'linear',
  abs: 'absolute',
}

const direction = z.string().transform((text, context): VolatilityDirection => {
  const known = DIRECTIONS[text.toLowerCase()]
  if (known !== undefined) return known
  context.addIssue({ code: 'custom', message: `is "${text}"; it must be None, Up, Down, LINEAR or ABS` })
  return z.NEVER
})

const collateral = z.object({
  Name: z.string(),
  Amount: decimal,
  Price: decimal,
  Confidence: decimal,
  IsRiskCancelling: z.boolean(),
  MMHaircut: decimal,
  IMHaircut: decimal,
})

const option = z.object({ Expiry: decimal, Strike: decimal, IsCall: callFlag, Amount: decimal })

const feed = z.object({
  FeedExpiry: decimal,
  Forward: decimal,
  ForwardConfidence: decimal,
  Rate: decimal,
  RateConfidence: decimal,
  SVIparam: z.tuple([decimal, decimal, decimal, decimal, decimal, decimal, decimal]),
  OptionVolConfidences: decimal,
})

const scenario = z.object({
  Cash: decimal,
  Collaterals: z.array(collateral),
  SpotPrice: decimal,
  SpotConfidence: decimal,
  NumPerps: decimal,
  PerpPrice: decimal,
  PerpConfidence: decimal,
  UnrealisedPerpPNL: decimal,
  UnrealisedFunding: decimal,
  StablePrice: decimal,
  Options: z.array(option),
  OptionFeeds: z.array(feed),
})

const parameters = z.object({
  Scenarios: z.array(z.object({ SpotShock: decimal, VolShockDirection: direction, DampeningFactor: decimal })),
  SkewShock: z.object({
    LINEAR_SCALE_CAP: decimal,
    LINEAR_CBASE: decimal,
    ABS_SCALE_CAP: decimal,
    ABS_CBASE: decimal,
    MIN_K_STAR: decimal,
    MIN_WIDTH_SCALE: decimal,
    VOL_PARAM_STATIC: decimal,
    VOL_PARAM_SCALE: decimal,
  }),
  VolShock: z.object({
    VOLRANGEUP: decimal,
    MIN_VOL_EVAL_SHOCKED: decimal,
    VOLRANGEDOWN: decimal,
    SHORTTERMPOWER: decimal,
    LONGTERMPOWER: decimal,
    DTE_FLOOR: decimal,
  }),
  Margin: z.object({
    MM_LOSS_FACTOR: decimal,
    IM_LOSS_FACTOR: decimal,
    SHORT_RATE_MULTSCALE: decimal,
    LONG_RATE_MULTSCALE: decimal,
    SHORT_RATE_ADDSCALE: decimal,
    LONG_RATE_ADDSCALE: decimal,
    BASE_STATIC_DISCOUNT: decimal,
    BASE_STATIC_DISCOUNT_NEG: decimal,
  }),
  BasisContingency: z.object({
    SCENARIO_SPOT_UP: decimal,
    SCENARIO_SPOT_DOWN: decimal,
    BASIS_CONT_ADD_FACTOR: decimal,
    BASIS_CONT_MULT_FACTOR: decimal,
  }),
  OtherContingency: z.object({
    PEG_LOSS_THRESHOLD: decimal,
    PEG_LOSS_FACTOR: decimal,
    CONF_THRESHOLD: decimal,
    CONF_MARGIN: decimal,
    MM_PERP_PERCENT: decimal,
    IM_PERP_PERCENT: decimal,
    MM_OPTION_PERCENT: decimal,
    IM_OPTION_PERCENT: decimal,
  }),
})

export const pmrm2Case = z.object({ Scenario: scenario, Parameters: parameters })
type Case = z.infer<typeof pmrm2Case>

/** Collaterals may repeat a name with other terms, so each is keyed by its place in the list. */
const keyOf = (name: string, index: number) => `${name}#${index}`

function readExpiry(data: z.infer<typeof feed>): DeriveExpiry {
  const [a, b, rho, m, sigma, forward, years] = data.SVIparam
  return {
    ...splitForward(data.Forward, data.FeedExpiry),
    rate: data.Rate,
    confidence: Math.min(data.ForwardConfidence, data.RateConfidence, data.OptionVolConfidences),
    volatility: (strike) => deriveVolatility({ a, b, rho, m, sigma, forward, years }, strike),
  }
}

function readPortfolio({ Scenario: s }: Case): DerivePortfolio {
  return {
    cash: s.Cash,
    perpetual: s.NumPerps,
    unsettled: s.UnrealisedPerpPNL + s.UnrealisedFunding,
    collaterals: s.Collaterals.map(({ Name, Amount }, index) => ({ name: keyOf(Name, index), quantity: Amount })),
    options: s.Options.map(({ Expiry, Strike, IsCall, Amount }) => ({
      kind: IsCall ? 'call' : 'put',
      expiry: Expiry,
      strike: Strike,
      quantity: Amount,
    })),
  }
}

/** The clock stands at 0, since the file counts seconds to expiry. */
function readMarket({ Scenario: s }: Case): DeriveMarket {
  return {
    time: 0,
    spot: { price: s.SpotPrice, confidence: s.SpotConfidence },
    perpetual: { price: s.PerpPrice, confidence: s.PerpConfidence },
    stable: s.StablePrice,
    collaterals: Object.fromEntries(
      s.Collaterals.map(({ Name, Price, Confidence }, index) => [
        keyOf(Name, index),
        { price: Price, confidence: Confidence },
      ]),
    ),
    expiries: new Map(s.OptionFeeds.map((data) => [data.FeedExpiry, readExpiry(data)])),
  }
}

function readCollateral(held: z.infer<typeof collateral>): Pmrm2Collateral {
  return {
    riskCancelling: held.IsRiskCancelling,
    haircut: { maintenance: held.MMHaircut, initial: held.IMHaircut },
  }
}

function readShocks({ SkewShock: k, VolShock: v, BasisContingency: b }: Case['Parameters']) {
  return {
    volatilityShock: {
      up: v.VOLRANGEUP,
      down: v.VOLRANGEDOWN,
      minimumUp: v.MIN_VOL_EVAL_SHOCKED,
      shortTermPower: v.SHORTTERMPOWER,
      longTermPower: v.LONGTERMPOWER,
      floorDays: v.DTE_FLOOR,
    },
    skewShock: {
      linear: { cap: k.LINEAR_SCALE_CAP, capSlope: k.LINEAR_CBASE },
      absolute: { cap: k.ABS_SCALE_CAP, capSlope: k.ABS_CBASE },
      minWidth: k.MIN_K_STAR,
      widthScale: k.MIN_WIDTH_SCALE,
      volatilityStatic: k.VOL_PARAM_STATIC,
      volatilityScale: k.VOL_PARAM_SCALE,
    },
    basisShock: {
      up: b.SCENARIO_SPOT_UP,
      down: b.SCENARIO_SPOT_DOWN,
      addFactor: b.BASIS_CONT_ADD_FACTOR,
      multFactor: b.BASIS_CONT_MULT_FACTOR,
    },
  }
}

function readParameters({ Scenario: s, Parameters: p }: Case): Pmrm2Parameters {
  const { Margin: m, OtherContingency: o } = p
  return {
    ...readShocks(p),
    scenarios: p.Scenarios.map(({ SpotShock, VolShockDirection, DampeningFactor }) => ({
      spot: SpotShock,
      volatility: VolShockDirection,
      damping: DampeningFactor,
    })),
    lossFactor: { initial: m.IM_LOSS_FACTOR, maintenance: m.MM_LOSS_FACTOR },
    longDiscount: {
      base: m.BASE_STATIC_DISCOUNT,
      rateFactor: m.LONG_RATE_MULTSCALE,
      rateAdd: m.LONG_RATE_ADDSCALE,
    },
    shortDiscount: {
      base: m.BASE_STATIC_DISCOUNT_NEG,
      rateFactor: m.SHORT_RATE_MULTSCALE,
      rateAdd: m.SHORT_RATE_ADDSCALE,
    },
    pegThreshold: o.PEG_LOSS_THRESHOLD,
    pegFactor: o.PEG_LOSS_FACTOR,
    confidenceThreshold: o.CONF_THRESHOLD,
    confidenceMargin: o.CONF_MARGIN,
    perpetual: { maintenance: o.MM_PERP_PERCENT, initial: o.IM_PERP_PERCENT },
    option: { maintenance: o.MM_OPTION_PERCENT, initial: o.IM_OPTION_PERCENT },
    collaterals: Object.fromEntries(s.Collaterals.map((held, i) => [keyOf(held.Name, i), readCollateral(held)])),
  }
}

/** What `derivePmrm2` takes, from a published case. */
export function readPmrm2Case(data: Case): {
  portfolio: DerivePortfolio
  market: DeriveMarket
  parameters: Pmrm2Parameters
} {
  return { portfolio: readPortfolio(data), market: readMarket(data), parameters: readParameters(data) }
}
