/** The smallest of some amounts. */
export function least(first: bigint, ...others: readonly bigint[]): bigint {
  let smallest = first
  for (const each of others) if (each < smallest) smallest = each
  return smallest
}
