import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { registerSurface } from '../../src/cli/commands/surface.ts'
import { parseSurface, surfaceVolatility } from '../../src/surface/index.ts'
import { printed, printedJson, refused as refusedBy, requireValid, runProgram, temporaryFile } from './runCommand.ts'

const sample = (name: string) => fileURLToPath(new URL(`../data/${name}`, import.meta.url))
const ETH = sample('deribit_ETH_2024-01-08.csv')
const BTC = sample('deribit_BTC_bidask_2026-05-21.csv')
const SPX = sample('spx_chain_2026-01-30_close.csv')
const MARCH = Date.parse('2024-03-29T08:00:00Z') / 1000

function refused(args: readonly string[], message: RegExp, text?: string): void {
  refusedBy(registerSurface, ['surface', ...args], text, message)
}

function fitted(): string {
  const file = temporaryFile('surface.json')
  printed(registerSurface, ['surface', 'fit', '--input', ETH, '--out', file])
  return file
}

describe('plimsoll surface fit', () => {
  it('writes a surface of the documented shape and a picture with a panel per expiry, and prints the fit', () => {
    const [out, plot] = [temporaryFile('surface.json'), temporaryFile('surface.svg')]
    const table = printed(registerSurface, ['surface', 'fit', '--input', ETH, '--out', out, '--plot', plot])
    const document: unknown = JSON.parse(readFileSync(out, 'utf8'))
    requireValid('risk-surface', document)
    const surface = parseSurface(document)
    assert.equal(surface.underlying, 'ETH')
    assert.equal(surface.slices.length, 11)
    assert.ok(Math.abs(surfaceVolatility(surface, 2300, MARCH) - 0.67) < 0.02)
    const svg = readFileSync(plot, 'utf8')
    assert.equal(svg.match(/<clipPath/g)?.length, 11)
    assert.match(table, /^expiry .* rmse .* width/)
    assert.match(table, /2024-03-29T08:00Z/)
    assert.match(table, /no bid +230/)
  })

  it('prints everything as JSON of the documented shape, for every format of chain', () => {
    type Report = { surface: { underlying: string; slices: object[] }; dropped: { reason: string; quotes: number }[] }
    const report = (...args: string[]) =>
      printedJson<Report>(registerSurface, 'risk-surface-fit', ['surface', 'fit', '--json', ...args])
    assert.equal(report('--input', ETH).surface.slices.length, 11)
    assert.equal(report('--input', BTC, '--at', '1779357840', '--weighting', 'vega').surface.slices.length, 12)
    const spx = report('--input', SPX, '--deviations', '3')
    assert.equal(spx.surface.underlying, 'SPX')
    assert.equal(spx.surface.slices.length, 6)
    assert.ok(spx.dropped.some(({ reason, quotes }) => reason === 'parity' && quotes > 10))
  })

  it('reads a JSON array with the same keys', () => {
    const [header = '', ...lines] = readFileSync(ETH, 'utf8').trim().split('\n')
    const names = header.split(',')
    const rows = lines.map((line) =>
      Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell === '' ? null : cell])),
    )
    const args = ['surface', 'fit', '--json']
    assert.equal(
      printed(registerSurface, args, JSON.stringify(rows)),
      printed(registerSurface, [...args, '--input', ETH]),
    )
  })

  it('names line and column of what it cannot read', () => {
    const [header, first, second] = readFileSync(ETH, 'utf8').split('\n')
    refused(['fit'], /:3:strike: "x" is no number/, [header, first, second?.replace(',1900,', ',x,')].join('\n'))
    refused(['fit'], /:2:expiry: there is no such column/, 'a,b\n1,2\n')
    refused(['fit'], /holds no rows/, `${header}\n`)
    refused(['fit'], /holds no rows/, '[]')
    refused(['fit'], /:1:expiry: there is no such column/, '[{"a":1}]')
    refused(['fit', '--input', '/nowhere.csv'], /nowhere\.csv: cannot be read/)
    refused(['fit', '--input', ETH, '--out', '/nowhere/surface.json'], /nowhere\/surface\.json: cannot be written/)
    refused(['fit', '--input', BTC], /time of the chain must be given/)
    refused(['fit', '--input', ETH, '--at', '1'], /every quote is later/)
    refused(['fit', '--input', ETH, '--at', 'noon'], /unix seconds/)
    refused(['fit', '--input', ETH, '--underlying', 'SOL'], /no row is about "SOL"; there are ETH/)
    refused(['fit', '--input', ETH, '--weighting', 'x'], /Allowed choices are spread, vega/)
    refused(['fit'], /number of expiries with enough quotes is 0/, [header, first].join('\n'))
  })

  it('exits with 0 and notes the choice among underlyings, with 2 for bad input', () => {
    const [header, ...lines] = readFileSync(ETH, 'utf8').trim().split('\n')
    const two = [header, ...lines, lines[0]?.replace(',ETH,', ',BTC,')].join('\n')
    const good = runProgram(['surface', 'fit', '--json'], two)
    assert.equal(good.status, 0, good.stderr)
    assert.match(good.stderr, /fits ETH; choose with --underlying ETH\|BTC/)
    const bad = runProgram(['surface', 'fit'], 'a,b\n1,2\n')
    assert.equal(bad.status, 2)
    assert.match(bad.stderr, /^error: stdin:2:expiry/)
    assert.equal(bad.stdout, '')
  })
})

describe('plimsoll surface density', () => {
  type Density = {
    years: number
    forward: number
    expectedShortfall: Record<'long' | 'short' | 'longOnNodes' | 'shortOnNodes' | 'longQuantile', number>
    rows: { k: number; strike: number; pdf: number; cdf: number; pdf_strike: number }[]
  }
  const surface = fitted()
  const density = (...args: string[]) =>
    printedJson<Density>(registerSurface, 'risk-density', [
      'surface',
      'density',
      '--surface',
      surface,
      '--json',
      ...args,
    ])

  it('gives a table that integrates to 1, by k and by strike, with the distribution beside it', () => {
    const { rows } = density('--expiry', `${MARCH}`)
    assert.equal(rows.length, 401)
    let [byK, byStrike] = [0, 0]
    rows.slice(1).forEach((row, i) => {
      const before = rows[i] ?? row
      byK += 0.5 * (row.pdf + before.pdf) * (row.k - before.k)
      byStrike += 0.5 * (row.pdf_strike + before.pdf_strike) * (row.strike - before.strike)
      assert.ok(row.cdf > before.cdf)
      assert.ok(Math.abs(byK + 1e-6 - row.cdf) < 1e-4)
    })
    assert.ok(Math.abs(byK - 1) < 1e-4 && Math.abs(byStrike - 1) < 1e-4)
  })

  it('scales to a horizon and states the expected shortfall of one unit in closed form and on 17 nodes', () => {
    const { years, forward, rows, expectedShortfall } = density('--expiry', `${MARCH}`, '--horizon', '1d')
    assert.ok(Math.abs(years - 1 / 365) < 1e-12)
    const { long, longOnNodes, short, shortOnNodes, longQuantile } = expectedShortfall
    assert.ok(long > forward - longQuantile && long < 0.25 * forward && short > 0)
    assert.ok(Math.abs(longOnNodes / long - 1) < 0.1 && Math.abs(shortOnNodes / short - 1) < 0.1)
    const at = rows.findIndex(({ strike }) => strike > longQuantile)
    assert.ok(Math.abs((rows[at]?.cdf ?? 0) - 0.01) < 2e-3)
    assert.ok(Math.abs(density('--expiry', `${MARCH}`, '--horizon', '24h').years - years) < 1e-15)
  })

  it('prints CSV by default, with as many rows as asked for, and draws the density', () => {
    const plot = temporaryFile('density.svg')
    const args = [
      'surface',
      'density',
      '--surface',
      surface,
      '--expiry',
      `${MARCH + 86_400}`,
      '--points',
      '11',
      '--plot',
      plot,
    ]
    const lines = printed(registerSurface, args).trim().split('\n')
    assert.equal(lines[0], 'k,strike,pdf,cdf,pdf_strike')
    assert.equal(lines.length, 12)
    assert.match(readFileSync(plot, 'utf8'), /risk-neutral density/)
  })

  it('refuses expiries in the past, odd durations, and files that are no surface', () => {
    const base = ['density', '--surface', surface, '--expiry']
    refused([...base, '1'], /expiry is 1; it must be after/)
    refused([...base, `${MARCH}`, '--horizon', '1 day'], /A duration is a number and/)
    refused([...base, `${MARCH}`, '--points', '1'], /whole number of 2 or more/)
    refused(['density', '--surface', surface], /--expiry/)
    refused(['density', '--surface', ETH, '--expiry', '1'], /is not JSON/)
    refused(
      ['density', '--surface', temporaryFile('s.json', '{"version":1}'), '--expiry', '1'],
      /Not a surface of version 1: format/,
    )
    const document = JSON.parse(readFileSync(surface, 'utf8'))
    document.slices[3].theta = document.slices[2].theta / 2
    refused(
      ['density', '--surface', temporaryFile('s.json', JSON.stringify(document)), '--expiry', '1'],
      /calendar slack of slices\[3\]/,
    )
  })
})
