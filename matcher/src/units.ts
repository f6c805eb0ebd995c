/** The smallest of some amounts. */
export function least(first: bigint, ...others: readonly bigint[]): bigint {
  return others.reduce((smallest, each) => (each < smallest ? each : smallest), first)
}
