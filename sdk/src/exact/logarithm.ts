/**
 * ln(x), WAD to WAD, to the unit what `FixedPointMathLib.lnWad` of solady 0.1.26 returns: x is reduced to [1, 2) by a power
 * of two, then an (8, 8)-term rational approximation by Remco Bloemen (https://xn--2-umb.com/22/exp-ln, MIT), whose
 * coefficients these are.
 */
const LN2 = 16597577552685614221487285958193947469193820559219878177908093499208371n
/** ln(2^96 / 10^18): the argument has 18 decimals, the approximation 96 binary digits. */
const BASE = 600920179829731861736702779321621459595472258049074101567377883020018308n
const SCALE = 1677202110996718588342820967067443963516166n

/** @throws RangeError unless 0 < x < 2^255 */
export function lnWad(x: bigint): bigint {
  if (x <= 0n || x >> 255n !== 0n) throw new RangeError(`lnWad is defined for 0 < x < 2^255, got ${x}`)
  const log2 = BigInt(x.toString(2).length - 1)
  const mantissa = ((x << 255n) >> log2) >> 159n
  return (SCALE * quotient(mantissa) + LN2 * (log2 - 96n) + BASE) >> 174n
}

/** p / q of the approximation, in (0, 0.125) * 2^96, for x in [1, 2) * 2^96. */
function quotient(x: bigint): bigint {
  let p = ((x + 3273285459638523848632254066296n) * x) >> 96n
  p = ((p + 24828157081833163892658089445524n) * x) >> 96n
  p = ((p + 43456485725739037958740375743393n) * x) >> 96n
  p -= 11111509109440967052023855526967n
  p = ((p * x) >> 96n) - 45023709667254063763336534515857n
  p = ((p * x) >> 96n) - 14706773417378608786704636184526n
  p = p * x - (795164235651350426258249787498n << 96n)
  let q = x + 5573035233440673466300451813936n
  q = ((q * x) >> 96n) + 71694874799317883764090561454958n
  q = ((q * x) >> 96n) + 283447036172924575727196451306956n
  q = ((q * x) >> 96n) + 401686690394027663651624208769553n
  q = ((q * x) >> 96n) + 204048457590392012362485061816622n
  q = ((q * x) >> 96n) + 31853899698501571402653359427138n
  q = ((q * x) >> 96n) + 909429971244387300277376558375n
  return p / q
}
