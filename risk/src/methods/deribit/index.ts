export {
  DERIBIT_PORTFOLIO,
  DERIBIT_STANDARD,
  type DeribitPortfolioParameters,
  type DeribitStandardParameters,
  deribitGrid,
  type LinearTerms,
} from './parameters.ts'
export { deribitPortfolio, matchedFutures, netShortOptions } from './portfolio.ts'
export {
  AEVO_SHORT_OPTION,
  BIT_SHORT_OPTION,
  DERIBIT_SHORT_OPTION,
  okxShortOptionInitial,
  type ShortOptionTerms,
  shortOptionMargin,
} from './shortOption.ts'
export { deribitStandard } from './standard.ts'
