/**
 * Twin of `contracts/libraries/NormalCdf.sol`: Phi(-y) = (P(y) / Q(y))^32 for y >= 0, polynomials of degree 8. The constants
 * come from `scripts/normal_cdf_fit.py`.
 */
import { WAD } from './fixedPoint.ts'

type Coefficients = readonly [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]

/** Coefficients of y^8 down to y^0, with 80, 140, 200, 260, 194, 254, 186, 246, 242 binary digits behind the point. */
const P: Coefficients = [
  -78486014932173933n,
  2249257033805434526361345128728142842n,
  14493623820918951616242036861553662731233527141422432256n,
  -682870833827780901717534063145784090369901108774334242992635663442304303104n,
  -17727533607366200965500209336035035486894497786979090432n,
  538013986422168802037796013177125618542286944936072105884333765671551762432n,
  17552190634235719966546832660272516670228306651558215680n,
  63752153511215653738358467483058430419654483278236187990564843097434357760n,
  6915948702295135406667983450848505037441606647368121878061200184702926848n,
]

const Q: Coefficients = [
  140232328710383703n,
  -77297964119063362599539364438730850n,
  49271913742465592447258032746727741328688541950657298432n,
  364243128532675536738203689160347898385013651578215857161816108402638585856n,
  85889598731215301370688430831000208184250918401378353152n,
  990877409226982607596318506686428536400160979977272152442053455324402155520n,
  20898273302486065687585776018547249068424913427695992832n,
  68398783004305291285789280036155064109377683264446196854954337475380641792n,
  7067388259113537318333190002971674063309935587502475832486424805170479104n,
]

/** Phi(-8.76) < 1e-18: from here on the tail is 0. */
const LIMIT = 8_760_000_000_000_000_000n
/** Binary digits of the root and its powers. */
const PRECISION = 127n

function polynomial([c8, c7, c6, c5, c4, c3, c2, c1, c0]: Coefficients, y: bigint): bigint {
  let h = (((c8 * y + c7) * y + c6) * y + c5) >> 126n
  h = ((h * y + c4) * y + c3) >> 128n
  return (((h * y + c2) * y + c1) >> 64n) * y + c0
}

function tail(y: bigint): bigint {
  let root = polynomial(P, y) / (polynomial(Q, y) >> PRECISION)
  for (let squaring = 0; squaring < 5; squaring++) root = (root * root) >> PRECISION
  return (root * WAD) >> PRECISION
}

/**
 * Probability that a standard normal variable is at most `x`; WAD to WAD, any `x`. Absolute error at most 1e-16, monotone,
 * cdf(x) + cdf(-x) = 1 exactly. R-32: tails toward 0.
 */
export function normalCdf(x: bigint): bigint {
  const size = x < 0n ? -x : x
  const probability = tail(size < LIMIT ? size : LIMIT)
  return x > 0n ? WAD - probability : probability
}
