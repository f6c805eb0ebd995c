"""Derives the constants of contracts/libraries/NormalCdf.sol and measures its error. Needs mpmath (Debian: python3-mpmath).

    python3 scripts/normal_cdf_fit.py

Phi(-x) spans eighteen orders of magnitude; its 32nd root spans one, so one quotient of two polynomials of degree 8 covers
0 <= x <= 8.76, and five squarings undo the root. The fit minimises the absolute error of Phi: linearised least squares
(Sanathanan and Koerner 1963) whose weights Lawson's rule (1961) moves toward the minimax error. The quotient at 0 is held at
2^(-1/32). The variable of the polynomials is y = x * 1e18 / 2^60, so that the contract needs no conversion.
"""

from mpmath import cos, erfc, floor, mp, mpf, nstr, pi, polyval, qr_solve, sqrt, matrix

mp.dps = 50
ROOT = 32
DEGREE = 8
LIMIT = 8_760_000_000_000_000_000  # Phi(-8.76) < 1e-18
STEP = mpf(10) ** 18 / 2**60  # y per unit of x
# Binary digits behind the point of the coefficients, that of y^8 first: a product with x adds 60, and the contract shifts
# by 126, 128 and 64 after those of y^5, y^3 and y^1. No intermediate value reaches 2^251.
SCALES = (80, 140, 200, 260, 194, 254, 186, 246, 242)
SHIFTS = {3: 126, 5: 128, 7: 64}


def tail(x):
    return erfc(x / sqrt(mpf(2))) / 2


def fit(points, rounds):
    top = LIMIT * mpf(10) ** -18
    xs = [top / 2 * (1 - cos(pi * (2 * i + 1) / (2 * points))) for i in range(points)]
    ys = [x * STEP for x in xs]
    fs = [tail(x) ** (mpf(1) / ROOT) for x in xs]
    ws = [ROOT * tail(x) / f for x, f in zip(xs, fs)]  # d Phi / d root
    lawson, q_values, best = [mpf(1)] * points, [mpf(1)] * points, None
    start = mpf(2) ** (mpf(-1) / ROOT)
    for _ in range(rounds):
        a, b = matrix(points, 2 * DEGREE), matrix(points, 1)
        for i, y in enumerate(ys):
            s = sqrt(lawson[i]) * ws[i] / q_values[i]
            for j in range(1, DEGREE + 1):
                a[i, j - 1] = s * y**j
                a[i, DEGREE + j - 1] = -s * fs[i] * y**j
            b[i] = s * (fs[i] - start)
        c = qr_solve(a, b)[0]
        p = [c[j] for j in reversed(range(DEGREE))] + [start]
        q = [c[DEGREE + j] for j in reversed(range(DEGREE))] + [mpf(1)]
        q_values = [polyval(q, y) for y in ys]
        errors = [abs(w * (polyval(p, y) / v - f)) for w, y, v, f in zip(ws, ys, q_values, fs)]
        worst = max(errors)
        if best is None or worst < best[0]:
            best = (worst, p, q)
        lawson = [l * (e / worst + mpf(10) ** -3) for l, e in zip(lawson, errors)]
        lawson = [l / max(lawson) for l in lawson]
    return best


def integers(coefficients):
    return [int(floor(c * mpf(2) ** s + mpf(1) / 2)) for c, s in zip(coefficients, SCALES)]


def horner(c, x, sizes):
    h = c[0]
    for i in range(1, DEGREE + 1):
        h = h * x + c[i]
        sizes.append(abs(h))
        h >>= SHIFTS.get(i, 0)
    return h


def contract_tail(p, q, x, sizes):
    """Phi(-x) of the contract for x >= 0, WAD."""
    x = min(x, LIMIT)
    r = horner(p, x, sizes) // (horner(q, x, sizes) >> 127)
    for _ in range(5):
        r = (r * r) >> 127
    return (r * 10**18) >> 127


def measure(p, q, points):
    worst, where, sizes, last = mpf(0), 0, [0], 10**18
    for i in range(points):
        x = LIMIT * i // points
        value = contract_tail(p, q, x, sizes)
        assert value <= last and value - contract_tail(p, q, x + 1, sizes) in (0, 1), x
        last = value
        error = abs(value * mpf(10) ** -18 - tail(x * mpf(10) ** -18))
        if error > worst:
            worst, where = error, x
    assert max(sizes) < 2**251 and contract_tail(p, q, 0, sizes) == 5 * 10**17 and contract_tail(p, q, LIMIT, sizes) == 0
    return worst, where


if __name__ == "__main__":
    worst, p, q = fit(120, 40)
    p, q = integers(p), integers(q)
    p[DEGREE] = (-(-p[DEGREE] // 2**115) + 2) * 2**115  # a hair above, so that Phi(0) is 1/2 after every rounding down
    for name, values in (("P", p), ("Q", q)):
        for j, value in zip(range(DEGREE, -1, -1), values):
            print(f"{name}{j} = {value}")
    print("error of the fit", nstr(worst, 3))
    error, where = measure(p, q, 40_000)
    print("error of the contract", nstr(error, 3), "at", where)
