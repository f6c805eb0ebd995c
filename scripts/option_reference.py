"""Writes test/fixtures/data/option_reference.csv: option mathematics with fifty digits. Needs mpmath (Debian: python3-mpmath).

    python3 scripts/option_reference.py

Rows `cdf`: x and Phi(x). `call`: forward, strike, ln(forward / strike), total deviation and the undiscounted value of a call
(Black 1976). `variance`: theta, rho, psi, k and the total variance of the slice (eSSVI, Hendriks and Martini 2019). All numbers
are integers with 18 decimals, logarithms rounded down, results with 30 decimals. Points cover the domain: prices from 1e-12
to 3e8 dollars, deviations from 1e-9 to 40, strikes within a factor of e^6.
"""

import random
from pathlib import Path

from mpmath import erfc, exp, floor, log, mp, mpf, sqrt

mp.dps = 60
WAD = mpf(10) ** 18
FINE = mpf(10) ** 30
POINTS = 400
TARGET = Path(__file__).parent.parent / "test" / "fixtures" / "data" / "option_reference.csv"


def phi(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def wide(source, least, most):
    """Log-uniform, WAD."""
    low, high = log(mpf(least)), log(mpf(most))
    return int(floor(exp(low + (high - low) * source.random()) * WAD))


def cdf(source):
    x = int((source.random() * 18 - 9) * 1e18)
    return [x, int(floor(phi(mpf(x) / WAD) * FINE))]


def call(source):
    forward = wide(source, "1e-12", "3e8")
    strike = int(floor(forward * exp(mpf(source.uniform(-6, 6) if source.random() < 0.5 else source.gauss(0, 0.2)))))
    strike = max(1, min(strike, 2**88 - 1))
    deviation = wide(source, "1e-9", 40) if source.random() < 0.3 else wide(source, "0.005", 2)
    x = log(mpf(forward) / strike)
    s = deviation / WAD
    d1 = x / s + s / 2
    value = forward * phi(d1) - strike * phi(d1 - s)
    return [forward, strike, int(floor(x * WAD)), deviation, int(floor(value / WAD * FINE))]


def variance(source):
    theta = wide(source, "1e-9", 15)
    rho = int(source.uniform(-0.95, 0.95) * 1e18)
    steepest = min(4 / (1 + abs(rho) / WAD), 2 * sqrt(theta / WAD / (1 + abs(rho) / WAD)))
    psi = int(steepest * source.random() * WAD)
    k = int(source.uniform(-6, 6) * 1e18)
    t, r, p, m = (mpf(v) / WAD for v in (theta, rho, psi, k))
    total = (t + r * p * m + sqrt((p * m + r * t) ** 2 + t * t * (1 - r * r))) / 2
    return [theta, rho, psi, k, int(floor(total * FINE))]


def main():
    source = random.Random(20260101)
    rows = [[point.__name__, *point(source)] for point in (cdf, call, variance) for _ in range(POINTS)]
    TARGET.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))


main()
