export { derivePmrm1Portfolio } from './fromPortfolio.ts'
export { derivePmrm1 } from './margin.ts'
export { DERIVE_PMRM1_MAINNET, DERIVE_PMRM1_TEST, type Pmrm1Parameters, type Pmrm1Scenario } from './parameters.ts'
