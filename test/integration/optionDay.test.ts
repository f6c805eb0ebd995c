import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { orderViolation, packSurface, sliceViolation, unpackSurface } from '@plimsoll/sdk'
import { fitSnapshot } from '../../scripts/simulation/options/calibration.ts'
import { ChainFileError, readSnapshots } from '../../scripts/simulation/options/chains.ts'
import { extract } from '../../scripts/simulation/options/extract.ts'
import { marketAt, moves, optionDay } from '../../scripts/simulation/options/optionDay.ts'
import { arbitrageOf, quotesAt } from '../../scripts/simulation/options/quotes.ts'

const WAD = 10n ** 18n
const HOUR = 3_600
const YEAR = 365 * 86_400
/** VU: a volatility may rise by a quarter of this share per hour, and by a point per percent of spot, without a clamp. */
const VOLATILITY_UP = 0.5

function data(name: string): string {
  return fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url))
}

const day = optionDay()

describe('the option market of 2026-02-05', () => {
  it('is an extract that extracting again leaves as it is', () => {
    const [chains, btc, eth] = ['2026-02-05_options', '2026-02-05_BTC_1h', '2026-02-05_ETH_1h']
    const sources = { chains: data(`${chains}.csv.gz`), btc: data(`${btc}.csv.gz`), eth: data(`${eth}.csv.gz`) }
    for (const [name, text] of Object.entries(extract(sources)))
      assert.equal(text, gunzipSync(readFileSync(data(name))).toString('utf8'), name)
  })

  it('names the file that cannot be read', () => {
    assert.throws(() => readSnapshots(['BTC'], data('README.md')), ChainFileError)
    assert.throws(() => readSnapshots(['SOL']), /has no SOL at 1770240788/)
  })

  it('falls by 18 % and 19 %, with prices every quarter of an hour', () => {
    const [btc, eth] = moves(day)
    assert.ok(btc && Math.abs(btc.low + 0.18) < 0.005)
    assert.ok(eth && Math.abs(eth.low + 0.186) < 0.005)
    const times = day.schedule.steps.map(({ t }) => t)
    assert.ok(times.every((t, i) => i === 0 || t - (times[i - 1] ?? 0) <= 1_800))
  })

  it('has a surface at every hour and snapshot, from the first price on', () => {
    const times = day.steps.map(({ t }) => t)
    assert.equal(times[0], day.schedule.steps[0]?.t)
    assert.ok(times.every((t, i) => i === 0 || (t > (times[i - 1] ?? 0) && t - (times[i - 1] ?? 0) <= HOUR)))
    assert.equal(day.steps.filter(({ isMeasured }) => isMeasured).length, 6)
  })

  it('satisfies the conditions of the chain on the stored words, to the bit', () => {
    for (const { t, surfaces } of day.steps)
      for (const quotes of surfaces) {
        const words = quotes.map(({ expiry, forwardRatio, discount, ...slice }) => {
          const surface = { slice, forwardRatio, discount }
          assert.deepEqual(unpackSurface(packSurface(surface)), surface, `${t} ${expiry} changes when stored`)
          assert.equal(sliceViolation(slice), undefined)
          return slice
        })
        words.forEach((far, i) => {
          const near = words[i - 1]
          if (near) assert.equal(orderViolation(near, far), undefined, `${t} expiry ${i}`)
        })
      }
  })

  it('keeps expiries on the grid and quotes each until it has passed; carry and discount stay within the bounds', () => {
    for (const [i, symbol] of day.symbols.entries()) {
      let listed: number[] = []
      for (const { t, surfaces } of day.steps) {
        const quotes = surfaces[i] ?? []
        const expiries = quotes.map(({ expiry }) => expiry)
        assert.ok(expiries.every((expiry, j) => expiry > (expiries[j - 1] ?? t) && expiry % 86_400 === 8 * HOUR))
        const missing = listed.filter((expiry) => expiry > t && !expiries.includes(expiry))
        assert.deepEqual(missing, [], `${symbol} ${t}`)
        assert.ok(expiries.length >= 9 && expiries.length <= 10)
        for (const { expiry, forwardRatio, discount } of quotes) {
          const years = (expiry - t) / YEAR
          assert.ok(Math.abs(Number(forwardRatio - WAD) / 1e18) <= 0.02 + 0.5 * years)
          assert.ok(discount <= WAD && Number(discount) / 1e18 >= 1 - 0.25 * years)
        }
        listed = expiries
      }
    }
  })

  it('steps by less than the budget within which no volatility is clamped', () => {
    for (const [i, symbol] of day.symbols.entries())
      for (const [at, step] of day.steps.entries()) {
        const previous = day.steps[at - 1]
        if (previous === undefined) continue
        const spot = (each: typeof step) => marketAt(day, each).underlyings[symbol]?.spot ?? Number.NaN
        const move = Math.abs(spot(step) / spot(previous) - 1)
        for (const { expiry, theta } of step.surfaces[i] ?? []) {
          const old = previous.surfaces[i]?.find((quote) => quote.expiry === expiry)
          if (old === undefined) continue
          const before = Math.sqrt((Number(old.theta) / 1e18 / (expiry - previous.t)) * YEAR)
          const after = Math.sqrt((Number(theta) / 1e18 / (expiry - step.t)) * YEAR)
          const budget = (before * VOLATILITY_UP * (step.t - previous.t)) / (4 * HOUR) + move
          assert.ok(Math.abs(after - before) <= budget, `${symbol} ${step.t} ${expiry}: ${before} to ${after}`)
        }
      }
  })
})

describe('the calibration', () => {
  it('is within 2.3 volatility points of the market on average, within 1 near the money', () => {
    const mean = (symbol: string, part: 'rms' | 'rmsNear' | 'inside') => {
      const own = day.calibration.filter((each) => each.symbol === symbol)
      return own.reduce((sum, each) => sum + each[part], 0) / own.length
    }
    // Measured: BTC 2.28, 0.96 and 65 % inside bid and ask; ETH 2.09, 0.93 and 90 %.
    for (const symbol of day.symbols) {
      assert.ok(mean(symbol, 'rms') < 2.3, `${symbol} ${mean(symbol, 'rms')}`)
      assert.ok(mean(symbol, 'rmsNear') < 1, `${symbol} ${mean(symbol, 'rmsNear')}`)
    }
    assert.ok(mean('BTC', 'inside') > 0.64)
    assert.ok(mean('ETH', 'inside') > 0.89)
  })

  it('has its worst expiry at the height of the crash, hours before it expired, where quotes are 17 points wide', () => {
    const worst = day.calibration.toSorted((a, b) => b.rms - a.rms)[0]
    assert.ok(worst && worst.symbol === 'BTC' && worst.t === 1_770_326_977 && worst.expiry === 1_770_364_800)
    assert.ok(worst.rms < 11.8 && worst.rmsNear < 3.9 && worst.width > 16)
  })

  it('quotes an expiry that a snapshot lacks as before, and one that is new only from its first snapshot on', () => {
    const fitted = readSnapshots(['BTC'])
      .filter(({ symbol }) => symbol === 'BTC')
      .map(fitSnapshot)
    const [first, second] = [fitted[1], fitted[2]]
    assert.ok(first && second)
    const [gone] = second.smiles
    const born = second.smiles.find(({ expiry }) => first.smiles.every((smile) => smile.expiry !== expiry))
    assert.ok(gone && born)
    const pair = [first, { ...second, smiles: second.smiles.filter((smile) => smile !== gone) }]
    const expiries = (t: number) => quotesAt(pair, t).map(({ expiry }) => expiry)
    assert.ok(expiries(second.t + HOUR).includes(gone.expiry))
    assert.ok(expiries(second.t).includes(born.expiry))
    assert.ok(!expiries(second.t - 1).includes(born.expiry))
    assert.equal(expiries(gone.expiry)[0], second.smiles[1]?.expiry)
  })

  it('finds arbitrage where the chain would', () => {
    const [quotes = []] = day.steps[0]?.surfaces ?? []
    const [near, far] = quotes
    assert.ok(near && far)
    assert.equal(arbitrageOf(quotes), undefined)
    assert.equal(arbitrageOf([far, near])?.violation.error, 'VarianceFalls')
    assert.equal(arbitrageOf([{ ...near, psi: 100n * near.psi }])?.violation.error, 'ButterflyArbitrage')
  })
})
