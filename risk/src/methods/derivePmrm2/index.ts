export { derivePmrm2Portfolio } from './fromPortfolio.ts'
export { derivePmrm2 } from './margin.ts'
export {
  DERIVE_PMRM2_MAINNET,
  type Pmrm2Collateral,
  type Pmrm2Parameters,
  type Pmrm2Scenario,
  type SkewShock,
  type StaticDiscount,
  type TwoLevels,
  type VolatilityDirection,
} from './parameters.ts'
export { skewFactor } from './skew.ts'
