import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { AccountId } from '../../sdk/src/index.ts'
import { addressOf, BTC, createWorld, KEEPER_KEYS, type World } from '../fixtures/keeperWorld.ts'
import { serveRpc } from '../fixtures/serveRpc.ts'

const [KEY, STRANGER_KEY] = KEEPER_KEYS as [`0x${string}`, `0x${string}`]
const PORT = 9_471

describe('node keeper/src/main.ts', () => {
  let world: World
  let trader: AccountId
  let rpc: Awaited<ReturnType<typeof serveRpc>>
  const children: ChildProcess[] = []

  before(async () => {
    world = await createWorld()
    await world.fundKeeper(KEY, 100_000)
    trader = await world.openTrader()
    await world.contracts.markets.write.touch([0b110n])
    rpc = await serveRpc(world.connection.provider)
  })
  after(() => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
    rpc.server.closeAllConnections()
    rpc.server.close()
  })

  function configFile(overrides: Record<string, unknown> = {}): string {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'))
    const file = join(folder, 'keeper.json')
    const { deployment } = world
    writeFileSync(join(folder, 'deployment.json'), JSON.stringify(deployment))
    const base = { name: 'cli', rpcUrl: rpc.url, deployment: 'deployment.json', privateKey: KEY, pollMs: 50 }
    writeFileSync(file, JSON.stringify({ ...base, policy: { touchAfterSeconds: 0 }, ...overrides }))
    return file
  }

  function run(...args: string[]) {
    const child = spawn(process.execPath, ['keeper/src/main.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    const output = { out: '', err: '' }
    child.stdout.on('data', (chunk) => (output.out += chunk))
    child.stderr.on('data', (chunk) => (output.err += chunk))
    return { child, output, exit: once(child, 'close').then(([code]) => code as number | null) }
  }

  async function untilTrue(condition: () => boolean | Promise<boolean>) {
    for (let tries = 0; tries < 300; tries++) {
      if (await condition()) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.fail('the condition did not come true within 30 s')
  }

  it('doctor approves a keeper that can work and tells a stranger what is missing', async () => {
    const good = run('doctor', '--config', configFile())
    assert.equal(await good.exit, 0, good.output.out + good.output.err)
    const owner = addressOf(KEY)
    const bad = run('doctor', '--config', configFile({ privateKey: STRANGER_KEY, account: { owner } }))
    assert.equal(await bad.exit, 1)
    assert.match(bad.output.out, /FAIL account 0x.*must call setOperator/)
  })

  it('explains a configuration error in one line and exits with 1', async () => {
    const wrong = run('--config', configFile({ pollMs: -5 }))
    assert.equal(await wrong.exit, 1)
    assert.match(wrong.output.err, /^CONFIG: .*\n {2}pollMs: /)
    assert.doesNotMatch(wrong.output.err, /\n\s+at /)
  })

  it('refuses a node of another chain', async () => {
    const deployment = { ...world.deployment, chainId: 5 }
    const wrong = run('--config', configFile({ deployment }), '--once')
    assert.equal(await wrong.exit, 1)
    assert.match(wrong.output.err, /WRONG_CHAIN/)
  })

  it('watches, liquidates, serves metrics and health, prints JSON lines, and stops on SIGTERM', async () => {
    const { child, output, exit } = run('--config', configFile({ metricsPort: PORT }), '--json')
    const get = async (path: string) => fetch(`http://127.0.0.1:${PORT}${path}`)
    await untilTrue(() => output.err.includes('"msg":"metrics"') || child.exitCode !== null)
    await untilTrue(async () => (await get('/ready')).status === 200)
    assert.deepEqual(await (await get('/accounts')).json(), [])
    await world.push(BTC, 38_300)
    await untilTrue(() => output.out.includes('"kind":"liquidate"'))
    const line = JSON.parse(output.out.split('\n')[0] ?? '')
    assert.deepEqual([line.account, line.latencyBlocks], [trader, 1])
    assert.match(await (await get('/metrics')).text(), /plimsoll_keeper_reward_usd_total\{keeper="cli"\} 1\d\d\./)
    assert.equal((await get('/health')).status, 200)
    assert.equal((await get('/nothing')).status, 404)
    child.kill('SIGTERM')
    assert.equal(await exit, 0)
  })

  it('does one scan with --once and tells its state', async () => {
    const file = configFile()
    const single = run('--config', file, '--once', '--dry-run')
    assert.equal(await single.exit, 0, single.output.err)
    const status = run('status', '--config', file)
    assert.equal(await status.exit, 0, status.output.err)
    const report = JSON.parse(status.output.out)
    assert.equal(report.signer, addressOf(KEY))
    assert.equal(report.accounts[0].positions[0].kind, 'perpetual')
  })

  it('lets only one process write a journal', async () => {
    const file = configFile({ metricsPort: PORT })
    const first = run('--config', file)
    await untilTrue(() => first.output.err.includes('"msg":"metrics"'))
    const second = run('--config', file)
    assert.equal(await second.exit, 1)
    assert.match(second.output.err, /JOURNAL_LOCKED/)
    first.child.kill('SIGINT')
    assert.equal(await first.exit, 0)
  })
})
