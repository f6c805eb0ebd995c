/**
 * floor(sqrt(x)): what `FixedPointMathLib.sqrt` of solady returns, which is exact. Newton's method from above.
 * @throws RangeError for x < 0
 */
export function squareRoot(x: bigint): bigint {
  if (x < 0n) throw new RangeError(`A square root needs a number that is not negative, got ${x}`)
  if (x < 2n) return x
  let root = 1n << BigInt((x.toString(2).length + 1) >> 1) // above the root
  for (;;) {
    const next = (root + x / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
