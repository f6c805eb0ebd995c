import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Bar, BarFileError, merge, parseBars, readBars, ticks } from '../../scripts/market/bars.ts'
import { barFile, DAYS, type Day } from '../../scripts/market/days.ts'
import { type PriceStep, ScheduleError, schedule } from '../../scripts/market/schedule.ts'

const HEADER = 't,open,high,low,close,volume'
const ROW = '60,2.5,3,1,2,7'

function bar(t: number, open: number, high: number, low: number, close: number): Bar {
  const price = (value: number) => BigInt(Math.round(value * 1e8))
  return { t, open: price(open), high: price(high), low: price(low), close: price(close) }
}

describe('readBars', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bars-'))
  after(() => rmSync(folder, { recursive: true }))

  it('reads plain and gzipped files exactly, in any order of columns', () => {
    const plain = join(folder, 'a.csv')
    const gzipped = join(folder, 'a.csv.gz')
    const reordered = 'volume,close,low,high,open,t\r\n7,2,1,3,2.123456789,60\r\n\r\n'
    writeFileSync(plain, reordered)
    writeFileSync(gzipped, gzipSync(reordered))
    const expected = [{ ...bar(60, 2, 3, 1, 2), open: 212_345_678n }]
    assert.deepEqual(readBars(plain), expected)
    assert.deepEqual(readBars(gzipped), expected)
  })

  const malformed: [name: string, text: string, line: number, problem: RegExp][] = [
    ['an empty file', '', 0, /is empty/],
    ['a header alone', `${HEADER}\n`, 0, /no bars/],
    ['a missing column', 't,open,high,low,volume\n', 1, /no column "close"/],
    ['a missing cell', `${HEADER}\n${ROW}\n120,1,2,1\n`, 3, /4 cells under 6/],
    ['a bad price', `${HEADER}\n60,abc,3,1,2,7\n`, 2, /open "abc"/],
    ['a price of zero', `${HEADER}\n60,2,3,0,2,7\n`, 2, /low "0"/],
    ['a negative price', `${HEADER}\n60,-2,3,1,2,7\n`, 2, /open "-2"/],
    ['a bad time', `${HEADER}\n2021-05-19,2,3,1,2,7\n`, 2, /t "2021-05-19"/],
    ['a bad volume', `${HEADER}\n60,2,3,1,2,x\n`, 2, /volume "x"/],
    ['a repeated time', `${HEADER}\n${ROW}\n${ROW}\n`, 3, /t 60 is not after 60/],
    ['a time that goes back', `${HEADER}\n120,2,3,1,2,7\n${ROW}\n`, 3, /t 60 is not after 120/],
    ['high below low', `${HEADER}\n60,2,1,3,2,7\n`, 2, /high 1 < low 3/],
    ['a close outside the range', `${HEADER}\n60,2,3,1,4,7\n`, 2, /close 4 is outside/],
  ]
  for (const [name, text, line, problem] of malformed) {
    it(`refuses ${name}, naming file and line`, () => {
      assert.throws(
        () => parseBars(text, 'x.csv'),
        (error) => {
          assert.ok(error instanceof BarFileError)
          assert.equal(error.line, line)
          assert.match(error.message, problem)
          return error.message.startsWith(line > 0 ? `x.csv:${line}: ` : 'x.csv: ')
        },
      )
    })
  }

  it('refuses a file that does not exist or is broken gzip', () => {
    const broken = join(folder, 'broken.csv.gz')
    writeFileSync(broken, gzipSync(HEADER).subarray(0, 12))
    for (const file of [join(folder, 'none.csv'), broken]) {
      assert.throws(() => readBars(file), BarFileError)
    }
  })
})

describe('ticks', () => {
  it('feeds the low first when the bar rose and the high first when it fell', () => {
    const [low, high] = [100_000_000n, 400_000_000n]
    assert.deepEqual(ticks(bar(0, 2, 4, 1, 3)), [200_000_000n, low, high, 300_000_000n])
    assert.deepEqual(ticks(bar(0, 3, 4, 1, 2)), [300_000_000n, high, low, 200_000_000n])
    assert.deepEqual(ticks(bar(0, 2, 4, 1, 2)), [200_000_000n, low, high, 200_000_000n])
  })
})

describe('merge', () => {
  it('keeps the first open, the last close and the extremes', () => {
    const merged = merge([bar(0, 2, 4, 2, 3), bar(60, 3, 5, 3, 4), bar(120, 4, 4, 1, 2)])
    assert.deepEqual(merged, bar(0, 2, 5, 1, 2))
  })
})

describe('schedule', () => {
  const day = (name: Day) => {
    const series = { BTC: readBars(barFile(name, 'BTC')), ETH: readBars(barFile(name, 'ETH')) }
    return { series, plan: schedule(series) }
  }
  const extremes = (steps: readonly Pick<PriceStep, 'prices'>[], symbol: number) => {
    const prices = steps.map(({ prices }) => prices[symbol] ?? 0n).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    return [prices[0], prices.at(-1)]
  }

  for (const name of Object.keys(DAYS) as Day[]) {
    it(`keeps the extremes of ${name}, its close and the order of time`, () => {
      const { series, plan } = day(name)
      const last = Math.min(...[series.BTC, series.ETH].map((bars) => bars.at(-1)?.t ?? 0))
      for (const [symbol, bars] of [series.BTC, series.ETH].entries()) {
        const shared = bars.filter(({ t }) => t <= last)
        const all = shared.map(({ t, low, high }) => ({ t, prices: [low, high] }))
        assert.deepEqual(extremes(plan.steps, symbol), [extremes(all, 0)[0], extremes(all, 1)[1]])
        assert.equal(plan.steps.at(-1)?.prices[symbol], shared.at(-1)?.close)
      }
      for (const [i, step] of plan.steps.slice(1).entries()) assert.ok(step.t > (plan.steps[i]?.t ?? 0))
    })
  }

  it('finds the crash of 2021-05-19 and feeds every minute of it', () => {
    const { series, plan } = day('2021-05-19')
    const crash = 1_621_429_800 // 13:10 UTC, the low of the day
    assert.ok(plan.window.from < crash && crash < plan.window.to)
    const low = series.BTC.find(({ t }) => t === crash)?.low
    const fed = plan.steps.filter(({ t }) => t >= crash && t < crash + 60)
    assert.equal(fed.length, 4)
    assert.ok(fed.some(({ prices }) => prices[0] === low))
  })

  it('feeds only times that all files have, and merges only the quiet ones', () => {
    const minute = (t: number, price: number) => bar(t, price, price + 1, price - 1, price)
    const btc = [0, 60, 120, 180, 240, 300, 360].map((t) => minute(t, t === 300 ? 200 : 100 + t / 60))
    const eth = btc.filter(({ t }) => t !== 120)
    const { steps, window, bars } = schedule({ BTC: btc, ETH: eth }, { windowSeconds: 60, quietSeconds: 300 })
    assert.equal(bars, 6)
    assert.deepEqual(window, { from: 0, to: 60 })
    assert.deepEqual(
      steps.filter(({ t }) => t < 300).map(({ t }) => t),
      [0, 15, 30, 45, 60, 120, 180, 240],
    )
  })

  it('marks the first step and every new low or high, and no other', () => {
    const { steps } = schedule({ BTC: [bar(0, 2, 3, 1, 2), bar(60, 2, 3, 2, 2.5), bar(120, 2, 4, 1, 3)] })
    const marked = steps.filter(({ isExtreme }) => isExtreme).map(({ t, prices }) => [t, Number(prices[0]) / 1e8])
    assert.deepEqual(marked, [
      [0, 2],
      [15, 1],
      [30, 3],
      [150, 4],
    ])
  })

  it('refuses files that have no two bars in common', () => {
    assert.throws(() => schedule({ BTC: [bar(0, 2, 3, 1, 2)], ETH: [bar(60, 2, 3, 1, 2)] }), ScheduleError)
  })
})
