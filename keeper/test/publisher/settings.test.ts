import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { getAddress, toHex } from 'viem'
import { CONTRACTS } from '../../../sdk/src/index.ts'
import { ConfigError } from '../../src/errors.ts'
import { loadPoster, loadSigner } from '../../src/publisher/settings.ts'

const KEY = `0x${'7e'.repeat(32)}`
const OTHER_KEY = `0x${'8e'.repeat(32)}`
const contracts = Object.fromEntries(CONTRACTS.map((name, i) => [name, getAddress(toHex(i + 1, { size: 20 }))]))
const deployment = {
  chainId: 1,
  ...contracts,
  underlyings: [
    { id: 1, symbol: 'BTC' },
    { id: 2, symbol: 'ETH' },
  ],
}
const shared = { rpcUrl: 'http://127.0.0.1:8545', deployment }
const signer = {
  ...shared,
  underlyings: { ETH: { quotes: 'eth' }, BTC: { quotes: 'https://quotes.example/btc?key=1' } },
}
const poster = { ...shared, signers: ['http://127.0.0.1:9480'], underlyings: ['BTC'] }

function written(content: unknown, key?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-settings-'))
  const file = join(folder, 'config.json')
  writeFileSync(file, JSON.stringify(content))
  if (key !== undefined) writeFileSync(join(folder, 'key'), `${key}\n`)
  return file
}

/** The problems that a load names. */
function problemsOf(load: () => unknown): readonly string[] {
  try {
    load()
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.problems
  }
  return assert.fail('nothing was refused')
}

describe('the settings of publishers', () => {
  it('take the key from the environment, else from a file, and never print it', () => {
    const fromFile = loadSigner(written({ ...signer, privateKeyFile: 'key' }, KEY))
    assert.equal(fromFile.privateKey.reveal(), KEY)
    const fromEnv = loadSigner(written({ ...signer, privateKeyFile: 'key' }, KEY), { PLIMSOLL_SIGNER_KEY: OTHER_KEY })
    assert.equal(fromEnv.privateKey.reveal(), OTHER_KEY)
    for (const text of [
      inspect(fromEnv, { depth: null }),
      JSON.stringify(fromFile, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    ])
      assert.doesNotMatch(text, /[78]e[78]e[78]e/)
    assert.equal(loadPoster(written(poster), { PLIMSOLL_POSTER_KEY: KEY }).privateKey.reveal(), KEY)
  })

  it('refuse a missing key, a key in the configuration, and one that is malformed without repeating it', () => {
    assert.match(problemsOf(() => loadSigner(written(signer)))[0] ?? '', /PLIMSOLL_SIGNER_KEY/)
    assert.match(
      problemsOf(() => loadPoster(written(poster), { PLIMSOLL_SIGNER_KEY: KEY }))[0] ?? '',
      /PLIMSOLL_POSTER_KEY/,
    )
    assert.match(problemsOf(() => loadSigner(written({ ...signer, privateKey: KEY })))[0] ?? '', /privateKey/)
    const malformed = problemsOf(() => loadSigner(written(signer), { PLIMSOLL_SIGNER_KEY: `${KEY}ff` }))
    assert.doesNotMatch(malformed.join(), /7e7e7e/)
    assert.match(problemsOf(() => loadSigner(written({ ...signer, privateKeyFile: 'key' })))[0] ?? '', /cannot be read/)
  })

  it('know the underlyings of the deployment, in its order, with sources beside the file', () => {
    const file = written(signer)
    const { underlyings } = loadSigner(file, { PLIMSOLL_SIGNER_KEY: KEY })
    assert.deepEqual(underlyings, [
      { id: 1, symbol: 'BTC', quotes: 'https://quotes.example/btc?key=1', depthUsd: undefined, history: undefined },
      { id: 2, symbol: 'ETH', quotes: join(file, '../eth'), depthUsd: undefined, history: undefined },
    ])
    const unlisted = written({ ...poster, underlyings: ['BTC', 'DOGE'] })
    assert.match(
      problemsOf(() => loadPoster(unlisted, { PLIMSOLL_POSTER_KEY: KEY }))[0] ?? '',
      /DOGE not listed; known: BTC, ETH/,
    )
  })

  it('name every problem at once', () => {
    const wrong = written({ ...signer, pollMs: 1, limits: { maximumAge: 301 }, tolerance: { volatility: 'much' } })
    const problems = problemsOf(() => loadSigner(wrong, { PLIMSOLL_SIGNER_KEY: KEY }))
    assert.deepEqual(
      problems.map((problem) => problem.split(':')[0]),
      ['pollMs', 'limits.maximumAge', 'tolerance.volatility'],
    )
  })

  it('name what is wrong with a deployment', () => {
    const wrong = written({ ...signer, deployment: { ...deployment, surfaceFeed: 'nowhere' } })
    assert.match(problemsOf(() => loadSigner(wrong, { PLIMSOLL_SIGNER_KEY: KEY }))[0] ?? '', /surfaceFeed/)
  })

  it('keep the heartbeat before the time at which gas may cost anything', () => {
    const late = written({ ...poster, worth: { heartbeat: 3_000, urgentAfter: 3_000 } })
    assert.match(problemsOf(() => loadPoster(late, { PLIMSOLL_POSTER_KEY: KEY }))[0] ?? '', /below worth.urgentAfter/)
  })

  it('take past prices beside quotes or instead of them, the underlying in its own group', () => {
    const underlyings = { BTC: { quotes: 'btc', history: { prices: 'prices.csv', group: ['ETH'] } }, ETH: {} }
    const file = written({
      ...signer,
      underlyings: { ...underlyings, ETH: { history: { prices: 'https://p.example/', group: ['BTC'] } } },
    })
    const [btc, eth] = loadSigner(file, { PLIMSOLL_SIGNER_KEY: KEY }).underlyings
    assert.deepEqual(btc?.history, { prices: join(file, '../prices.csv'), group: ['BTC', 'ETH'] })
    assert.deepEqual(eth, {
      id: 2,
      symbol: 'ETH',
      quotes: undefined,
      depthUsd: undefined,
      history: { prices: 'https://p.example/', group: ['ETH', 'BTC'] },
    })
    const neither = problemsOf(() => loadSigner(written({ ...signer, underlyings }), { PLIMSOLL_SIGNER_KEY: KEY }))
    assert.match(neither[0] ?? '', /underlyings\.ETH: must name quotes or history/)
  })

  it('let a poster post surfaces, histories or both, but not nothing', () => {
    const load = (change: object) => loadPoster(written({ ...poster, ...change }), { PLIMSOLL_POSTER_KEY: KEY })
    const only = load({ underlyings: [], history: { underlyings: ['ETH'], worth: { offsetMove: 0.015 } } })
    assert.deepEqual([only.underlyings, only.history.underlyings], [[], [{ id: 2, symbol: 'ETH' }]])
    assert.equal(only.history.worth.offsetMove, 15_000)
    assert.match(problemsOf(() => load({ underlyings: [] }))[0] ?? '', /at least one underlying/)
    assert.match(problemsOf(() => load({ history: { underlyings: ['DOGE'] } }))[0] ?? '', /DOGE not listed/)
    const late = { history: { worth: { urgentAfter: 3_600 } } }
    assert.match(problemsOf(() => load(late))[0] ?? '', /history\.worth\.heartbeat must be below/)
  })

  it('take the node from the environment', () => {
    const env = { PLIMSOLL_POSTER_KEY: KEY, PLIMSOLL_RPC_URL: 'http://node.example' }
    assert.deepEqual(loadPoster(written(poster), env).rpcUrl, ['http://node.example'])
  })
})
