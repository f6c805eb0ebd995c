import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { schedule } from '../../scripts/market/schedule.ts'
import type { Report } from '../../scripts/report/report.ts'
import { CRASH } from '../fixtures/crash.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'))
after(() => rmSync(folder, { recursive: true }))

/** As the files that a user would bring. */
function crashFiles(): string[] {
  return Object.entries(CRASH).flatMap(([symbol, bars]) => {
    const text = (price: bigint) => `${price / 10n ** 8n}.${String(price % 10n ** 8n).padStart(8, '0')}`
    const rows = bars.map(({ t, open, high, low, close }) => [t, ...[open, high, low, close].map(text), 1].join())
    const file = join(folder, `${symbol}.csv`)
    writeFileSync(file, ['t,open,high,low,close,volume', ...rows, ''].join('\n'))
    return ['--spot', `${symbol}=${file}`]
  })
}

function replay(...args: string[]) {
  return spawnSync(process.execPath, ['scripts/replay.ts', ...args], { encoding: 'utf8', timeout: 170_000 })
}

describe('npm run replay', () => {
  it('liquidates through a crash with all invariants held, and reports it as the schema says', () => {
    const json = join(folder, 'report.json')
    const html = join(folder, 'report.html')
    const { status, stderr, stdout } = replay(...crashFiles(), '--accounts', '24', '--json', json, '--html', html)
    assert.equal(status, 0, stderr)
    const report: Report = JSON.parse(readFileSync(json, 'utf8'))
    for (const name of ['replay', 'demo']) {
      const schema: object = JSON.parse(readFileSync(`docs/schemas/${name}.json`, 'utf8'))
      const ajv = new Ajv2020({ allErrors: true, strict: true })
      assert.ok(ajv.validate(schema, report), ajv.errorsText())
    }
    assert.deepEqual(report.checks.violations, [])
    assert.deepEqual(report.invariants, { inv1: true, inv2: true, inv3: true, inv6: true })
    const { total, liquidated, marginCalled, untouched } = report.accounts
    assert.equal(total, 24)
    assert.equal(liquidated + marginCalled + untouched, total)
    assert.ok(liquidated > 0, 'a crash of 10 % liquidates somebody')
    assert.ok(report.keepers.reduce((sum, keeper) => sum + keeper.liquidations, 0) >= liquidated)
    assert.ok(report.taken.usd > 0 && report.taken.leastNeededUsd > 0)
    assert.ok(report.checks.ownerActions >= 24 && report.checks.blocks > 0)
    const { steps } = schedule(CRASH)
    assert.equal(report.market.steps + report.market.skippedSteps, steps.length)
    assert.match(stdout, /INV-6 held/)
    const page = readFileSync(html, 'utf8')
    assert.equal(page.match(/<svg /g)?.length, 3)
    assert.doesNotMatch(page, /https?:|<script|NaN|undefined/)
  })

  const mistakes: [name: string, args: string[], message: RegExp][] = [
    ['no file', [], /at least one price file/],
    ['an unknown symbol', ['--spot', 'DOGE=x.csv'], /symbol out of BTC, ETH/],
    ['the same symbol twice', ['--spot', 'BTC=a.csv', '--spot', 'BTC=b.csv'], /twice/],
    ['a file that does not exist', ['--spot', 'BTC=none.csv'], /^none\.csv: cannot be read/],
    ['an unknown option', ['--sot', 'BTC=a.csv'], /Unknown option '--sot'/],
  ]
  for (const [name, args, message] of mistakes) {
    it(`answers ${name} with one sentence and exit code 2`, () => {
      const { status, stderr } = replay(...args)
      assert.equal(status, 2)
      assert.match(stderr, message)
      assert.equal(stderr.trim().split('\n').length, 1)
    })
  }

  it('names file and line of a malformed row', () => {
    const file = join(folder, 'bad.csv')
    writeFileSync(file, 't,open,high,low,close,volume\n60,1,2,1,1,1\n60,1,2,1,1,1\n')
    const { status, stderr } = replay('--spot', `BTC=${file}`)
    assert.equal(status, 2)
    assert.ok(stderr.startsWith(`${file}:3: t 60 is not after 60.`), stderr)
  })
})

describe('npm run demo', () => {
  it('refuses a day that is not shipped and a number of accounts that is none', () => {
    for (const [args, message] of [
      [['--day', '2021-05-20'], /Days: 2020-03-12/],
      [['--accounts', 'many'], /--accounts many is not a whole number/],
    ] as const) {
      const { status, stderr } = spawnSync(process.execPath, ['scripts/demo.ts', ...args], { encoding: 'utf8' })
      assert.equal(status, 2)
      assert.match(stderr, message)
    }
  })

  it('ends its chain process when it is interrupted', async () => {
    const demo = spawn(process.execPath, ['scripts/demo.ts', '--accounts', '1'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const chain = await childOf(demo.pid ?? 0)
    demo.kill('SIGINT')
    const code = await new Promise((resolve) => demo.once('exit', resolve))
    assert.equal(code, 130)
    await gone(chain)
  })
})

/** Process id of the first lasting child: the chain. The check of the binary's version ends at once. */
async function childOf(pid: number): Promise<number> {
  for (let tries = 0; tries < 600; tries++) {
    const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', `${pid}`], { encoding: 'utf8' })
    const line = stdout.split('\n').find((each) => /--port|deploy\/node\.config/.test(each))
    if (line) return Number.parseInt(line, 10)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('The demo started no chain within 30 s.')
}

async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      process.kill(pid, 0)
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH')
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail(`Process ${pid} outlived the demo.`)
}
