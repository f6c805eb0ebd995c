"""Options per second (value, delta and vega) of numpy/scipy and of QuantLib, as JSON; "absent" for what is not installed.

Arguments: rows of a numpy batch, rows of a QuantLib loop, repetitions. The median counts.
"""

import json
import statistics
import sys
import time

rows, loop_rows, repetitions = map(int, sys.argv[1:4])


def median_rate(count, run):
    run()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return count / statistics.median(times)


def numpy_rate():
    try:
        import numpy as np
        from scipy.special import ndtr
    except ImportError:
        return "absent"
    random = np.random.default_rng(1)
    forward, strike = random.uniform(80, 120, rows), random.uniform(60, 140, rows)
    expiry, volatility = random.uniform(0.02, 2.02, rows), random.uniform(0.1, 1, rows)
    discount, sign = np.exp(-0.03 * expiry), random.choice([-1.0, 1.0], rows)

    def run():
        root = np.sqrt(expiry)
        s = volatility * root
        d1 = np.log(forward / strike) / s + 0.5 * s
        n1 = ndtr(sign * d1)
        value = discount * sign * (forward * n1 - strike * ndtr(sign * (d1 - s)))
        delta = discount * sign * n1
        vega = discount * forward * root * np.exp(-0.5 * d1 * d1) * 0.3989422804014327
        return value, delta, vega

    return median_rate(rows, run)


def quantlib_rate():
    try:
        import QuantLib as ql
    except ImportError:
        return "absent"
    import random

    random.seed(1)
    options = []
    for _ in range(loop_rows):
        kind = random.choice([ql.Option.Call, ql.Option.Put])
        expiry = random.uniform(0.02, 2.02)
        payoff = ql.PlainVanillaPayoff(kind, random.uniform(60, 140))
        options.append((payoff, random.uniform(80, 120), random.uniform(0.1, 1) * expiry**0.5, 0.97**expiry, expiry))

    def run():
        for payoff, forward, s, discount, expiry in options:
            calculator = ql.BlackCalculator(payoff, forward, s, discount)
            calculator.value()
            calculator.deltaForward()
            calculator.vega(expiry)

    return median_rate(loop_rows, run)


print(json.dumps({"numpy": numpy_rate(), "quantlib": quantlib_rate()}))
