/** Checked-in figures; `npm test` compares a fresh measurement with them to the unit of gas. */
export const GAS_SNAPSHOT = new URL('../results/gas.json', import.meta.url)
/** Figures of the risk engine from one run on one machine, and the same as a table that names the machine. */
export const RISK_SNAPSHOT = new URL('../results/risk.json', import.meta.url)
export const RISK_TABLE = new URL('../results/risk.txt', import.meta.url)
/** Figures of the matcher from one run on one machine, and the same as a table that names the machine. */
export const MATCHER_SNAPSHOT = new URL('../results/matcher.json', import.meta.url)
export const MATCHER_TABLE = new URL('../results/matcher.txt', import.meta.url)
