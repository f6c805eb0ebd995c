import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { withoutPrices } from '../../scripts/feeds/priceFile.ts'
import { getSeries, parseDeployment } from '../../sdk/src/index.ts'
import {
  BTC,
  closeAt,
  createPublisherWorld,
  POSTERS,
  type PublisherWorld,
  QUOTED_AT,
  SIGNERS,
} from '../fixtures/publisherWorld.ts'

describe('signers and a poster as processes of their own', () => {
  let world: PublisherWorld
  const children: ChildProcess[] = []

  before(async () => {
    world = await createPublisherWorld()
  })
  after(async () => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
    await world.close()
  })

  function run(args: string[], env: Record<string, string>) {
    const child = spawn(process.execPath, ['scripts/feeds.ts', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    children.push(child)
    const output = { out: '', err: '' }
    child.stdout.on('data', (chunk) => (output.out += chunk))
    child.stderr.on('data', (chunk) => (output.err += chunk))
    return { child, output, exit: once(child, 'close').then(([code]) => code as number | null) }
  }

  async function untilTrue(condition: () => boolean | Promise<boolean>, what: () => string) {
    for (let tries = 0; tries < 300; tries++) {
      if (await condition()) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.fail(what())
  }

  it('posts what two of three signed from chains that differ, while the third is down', async () => {
    await world.push(world.spot, QUOTED_AT)
    const signers = [0, 2].map((index) => {
      // Each signer saw other quotes: every ninth is missing, a different one for each.
      world.publish(
        index,
        world.quotedAt(QUOTED_AT, (row, i) => (i % 9 === index ? undefined : row)),
      )
      const key = SIGNERS[index]?.key ?? ''
      return run(['sign', '--config', world.signerFile(index)], { PLIMSOLL_SIGNER_KEY: key })
    })
    const poster = run(['post', '--json', '--config', world.posterFile(0)], {
      PLIMSOLL_POSTER_KEY: POSTERS[0]?.key ?? '',
    })
    const all = [...signers, poster]
    await untilTrue(
      () => poster.output.out.includes('\n') || all.some(({ child }) => child.exitCode !== null),
      () => all.map(({ output }) => output.err).join('\n'),
    )
    const line = JSON.parse(poster.output.out)
    assert.deepEqual([line.underlying, line.cause, line.timestamp], ['BTC', 'first', QUOTED_AT])
    assert.deepEqual(line.signers, [SIGNERS[0]?.address, SIGNERS[2]?.address])
    assert.equal(await world.lastTimestamp(), QUOTED_AT)
    const series = await getSeries(world.client, { deployment: parseDeployment(world.deployment), underlying: BTC })
    assert.equal(series.expiries.length, 10)
    assert.equal(series.depth, 50_000_000n * 10n ** 18n)
    const check = run(['check', 'sign', '--config', world.signerFile(0)], {
      PLIMSOLL_SIGNER_KEY: SIGNERS[0]?.key ?? '',
    })
    const checkPost = run(['check', 'post', '--config', world.posterFile(0)], {
      PLIMSOLL_POSTER_KEY: POSTERS[0]?.key ?? '',
    })
    for (const { exit, output } of [check, checkPost]) {
      assert.equal(await exit, 1, 'the second signer is down')
      const failures = output.out.split('\n').filter((row) => row.startsWith('FAIL'))
      assert.deepEqual(failures.length, 1, output.out + output.err)
      assert.match(failures[0] ?? '', new RegExp(`signer at ${world.urls[1]}`))
    }
    for (const { child, exit } of all) {
      child.kill('SIGTERM')
      assert.equal(await exit, 0)
    }
  })

  it('posts the history that two of three signed from prices that differ, and checks it', async () => {
    const history = { limits: { reloadSeconds: 0 } }
    const fileOf = (index: number) => {
      const underlyings = { BTC: { history: { prices: `prices-${index}.csv`, group: ['ETH'] } } }
      return world.signerFile(index, { underlyings, history })
    }
    const time = QUOTED_AT + 60
    await world.push(closeAt(time), time)
    const signers = [1, 2].map((index) => {
      // Each misses an hour of every day, none of them near midnight.
      world.publishPrices(index, time, (row, t) => (t % 86_400 === (9 + index) * 3_600 ? withoutPrices(row) : row))
      return run(['sign', '--config', fileOf(index)], { PLIMSOLL_SIGNER_KEY: SIGNERS[index]?.key ?? '' })
    })
    const posterFile = world.posterFile(1, { underlyings: [], history: { underlyings: ['BTC'] } })
    const env = { PLIMSOLL_POSTER_KEY: POSTERS[1]?.key ?? '' }
    const poster = run(['post', '--json', '--config', posterFile], env)
    const all = [...signers, poster]
    await untilTrue(
      () => poster.output.out.includes('\n') || all.some(({ child }) => child.exitCode !== null),
      () => all.map(({ output }) => output.err).join('\n'),
    )
    const line = JSON.parse(poster.output.out)
    assert.deepEqual([line.type, line.underlying, line.cause], ['history', 'BTC', 'first'])
    assert.deepEqual(line.signers, [SIGNERS[1]?.address, SIGNERS[2]?.address])
    assert.equal(line.timestamp, time)
    const key = { PLIMSOLL_SIGNER_KEY: SIGNERS[1]?.key ?? '' }
    const checks = [
      { ...run(['check', 'sign', '--config', fileOf(1)], key), what: /^ok {3}prices of BTC: offset \d+$/m },
      { ...run(['check', 'post', '--config', posterFile], env), what: /^ok {3}history of BTC: \d+ s old$/m },
    ]
    for (const { exit, output, what } of checks) {
      assert.equal(await exit, 1, 'the first signer is down')
      assert.match(output.out, what)
      const failures = output.out.split('\n').filter((row) => row.startsWith('FAIL'))
      assert.deepEqual(failures.length, 1, output.out + output.err)
    }
    for (const { child, exit } of all) {
      child.kill('SIGTERM')
      assert.equal(await exit, 0)
    }
  })

  it('say in one line what is wrong with a configuration, and never a key', async () => {
    const key = SIGNERS[0]?.key ?? ''
    const wrong = run(['sign', '--config', world.signerFile(0, { pollMs: 1, privateKey: key })], {})
    assert.equal(await wrong.exit, 1)
    assert.match(wrong.output.err, /^CONFIG: .*\n {2}pollMs: /)
    assert.doesNotMatch(wrong.output.err, new RegExp(key.slice(2)))
    assert.doesNotMatch(wrong.output.err, /\n\s+at /)
  })
})
