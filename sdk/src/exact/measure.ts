/** Twin of `contracts/libraries/Measure.sol`. */

/** W = max(0, max_k -P_k), in the unit of the vector. Exact: no division. */
export function worstLoss(pnl: readonly bigint[]): bigint {
  let loss = 0n
  for (const lane of pnl) if (-lane > loss) loss = -lane
  return loss
}
