/**
 * exp(x), WAD to WAD, to the unit what `FixedPointMathLib.expWad` of solady 0.1.26 returns: range reduction by powers of
 * two, then a (6, 7)-term rational approximation by Remco Bloemen (https://xn--2-umb.com/22/exp-ln, MIT), whose
 * coefficients these are. Defined here for x <= 0, which is all the auction needs: there nothing overflows 256 bits.
 */
const LN2_96 = 54916777467707473351141471128n

/** Below this the result is less than half a unit. */
const SMALLEST = -41446531673892822313n

/** @throws RangeError for x > 0 */
export function expWadOfNonPositive(x: bigint): bigint {
  if (x > 0n) throw new RangeError(`expWadOfNonPositive is defined up to 0, got ${x}`)
  if (x <= SMALLEST) return 0n
  const binary = (x << 78n) / 5n ** 18n
  const k = ((binary << 96n) / LN2_96 + 2n ** 95n) >> 96n
  return (quotient(binary - k * LN2_96) * 3822833074963236453042738258902158003155416615667n) >> (195n - k)
}

/** p / q of the approximation, in (0.09, 0.25) * 2^96, for |x| <= ln 2 / 2 * 2^96. */
function quotient(x: bigint): bigint {
  let y = x + 1346386616545796478920950773328n
  y = ((y * x) >> 96n) + 57155421227552351082224309758442n
  let p = y + x - 94201549194550492254356042504812n
  p = ((p * y) >> 96n) + 28719021644029726153956944680412240n
  p = p * x + (4385272521454847904659076985693276n << 96n)
  let q = x - 2855989394907223263936484059900n
  q = ((q * x) >> 96n) + 50020603652535783019961831881945n
  q = ((q * x) >> 96n) - 533845033583426703283633433725380n
  q = ((q * x) >> 96n) + 3604857256930695427073651918091429n
  q = ((q * x) >> 96n) - 14423608567350463180887372962807573n
  q = ((q * x) >> 96n) + 26449188498355588339934803723976023n
  return p / q
}
