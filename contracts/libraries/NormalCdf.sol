// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice Distribution function of the standard normal, WAD to WAD.
/// @dev Phi(-x) for x >= 0 is (P(x) / Q(x))^32 with polynomials of degree 8: one root of eighteen orders of magnitude is one
/// order, so one quotient covers the whole line without a branch or an exponential. The constants and the measured error
/// come from scripts/normal_cdf_fit.py.
///
/// Absolute error at most 1e-16, that is 100 units of the result. Monotone: x <= y implies Phi(x) <= Phi(y).
/// Phi(x) + Phi(-x) = 1 exactly, Phi(0) = 1/2 exactly, 0 below -8.76 and 1 above 8.76. Total: no argument reverts.
library NormalCdf {
    /// @dev Phi(-8.76) < 1e-18: from here on the tail is 0.
    uint256 private constant LIMIT = 8.76e18;
    /// @dev Binary digits of the root and its powers.
    uint256 private constant PRECISION = 127;
    /// @dev P0 / Q0 = 2^(-1/32) plus two units of 2^-127, which outweigh what the five squarings round down.
    int256 private constant P8 = -78486014932173933;
    int256 private constant P7 = 2249257033805434526361345128728142842;
    int256 private constant P6 = 14493623820918951616242036861553662731233527141422432256;
    int256 private constant P5 = -682870833827780901717534063145784090369901108774334242992635663442304303104;
    int256 private constant P4 = -17727533607366200965500209336035035486894497786979090432;
    int256 private constant P3 = 538013986422168802037796013177125618542286944936072105884333765671551762432;
    int256 private constant P2 = 17552190634235719966546832660272516670228306651558215680;
    int256 private constant P1 = 63752153511215653738358467483058430419654483278236187990564843097434357760;
    int256 private constant P0 = 6915948702295135406667983450848505037441606647368121878061200184702926848;
    int256 private constant Q8 = 140232328710383703;
    int256 private constant Q7 = -77297964119063362599539364438730850;
    int256 private constant Q6 = 49271913742465592447258032746727741328688541950657298432;
    int256 private constant Q5 = 364243128532675536738203689160347898385013651578215857161816108402638585856;
    int256 private constant Q4 = 85889598731215301370688430831000208184250918401378353152;
    int256 private constant Q3 = 990877409226982607596318506686428536400160979977272152442053455324402155520;
    int256 private constant Q2 = 20898273302486065687585776018547249068424913427695992832;
    int256 private constant Q1 = 68398783004305291285789280036155064109377683264446196854954337475380641792;
    int256 private constant Q0 = 7067388259113537318333190002971674063309935587502475832486424805170479104;

    /// @notice Probability that a standard normal variable is at most `x`.
    /// @dev R-32: tails are rounded toward 0, so the result is rounded away from 1/2.
    /// @param x Argument, WAD, any value.
    /// @return probability WAD, 0 to 1e18.
    function cdf(int256 x) internal pure returns (uint256 probability) {
        // probability = x > 0 ? 1e18 - tail : tail, with the size of x cut at LIMIT. |x| wraps for -2^255 to 2^255, unsigned.
        assembly ("memory-safe") {
            let sign := sar(255, x)
            probability := sub(xor(x, sign), sign)
            if gt(probability, LIMIT) {
                probability := LIMIT
            }
        }
        uint256 tail = _tail(probability);
        assembly ("memory-safe") {
            probability := tail
            if sgt(x, 0) {
                probability := sub(1000000000000000000, tail)
            }
        }
    }

    /// @dev Phi(-y) in WAD, for 0 <= y <= LIMIT < 2^63. Coefficients have 80, 140, 200, 260, 194, 254, 186, 246, 242 binary
    /// digits behind the point, from the eighth to the last: each product with y / 2^60 adds 60, each shift takes some away.
    /// No intermediate value reaches 2^251 (asserted by the script over the domain); P and Q are positive on it. The root is
    /// below 1, so its squares with 127 digits stay below 2^254. No division is by 0: Q / 2^127 > 2^114.
    function _tail(uint256 y) private pure returns (uint256 root) {
        // p = (((P8 * y + P7) * y + P6) * y + P5) >> 126;  p = ((p * y + P4) * y + P3) >> 128;
        // p = (((p * y + P2) * y + P1) >> 64) * y + P0;    q likewise, signed;  root = p / (q >> 127);
        // root = root^2 >> 127, five times;                root = root * 1e18 >> 127.
        assembly ("memory-safe") {
            let p := sar(126, add(mul(add(mul(add(mul(P8, y), P7), y), P6), y), P5))
            p := sar(128, add(mul(add(mul(p, y), P4), y), P3))
            p := add(mul(sar(64, add(mul(add(mul(p, y), P2), y), P1)), y), P0)
            let q := sar(126, add(mul(add(mul(add(mul(Q8, y), Q7), y), Q6), y), Q5))
            q := sar(128, add(mul(add(mul(q, y), Q4), y), Q3))
            q := add(mul(sar(64, add(mul(add(mul(q, y), Q2), y), Q1)), y), Q0)
            root := div(p, shr(PRECISION, q))
            root := shr(PRECISION, mul(root, root))
            root := shr(PRECISION, mul(root, root))
            root := shr(PRECISION, mul(root, root))
            root := shr(PRECISION, mul(root, root))
            root := shr(PRECISION, mul(root, root))
            root := shr(PRECISION, mul(root, 1000000000000000000))
        }
    }
}
