/** Checked-in figures; `npm test` compares a fresh measurement with them to the unit of gas. */
export const GAS_SNAPSHOT = new URL('../results/gas.json', import.meta.url)
