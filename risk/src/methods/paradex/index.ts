export { PARADEX_OPTION, type ParadexOptionTerms, paradexLongOption, paradexShortOption } from './option.ts'
export { PARADEX_PORTFOLIO, type ParadexParameters } from './parameters.ts'
export { minimumDeltaMargin, paradexPortfolio } from './portfolio.ts'
