/** A chain of its own in a process of its own: anvil where it runs, else Hardhat's node. Both mine on demand here. */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { startChild, stopChild } from './children.ts'
import { Rpc } from './rpc.ts'

export type Chain = {
  kind: 'anvil' | 'hardhat'
  rpc: Rpc
  /** Mines one block with this timestamp and everything pending; returns its number. */
  mine(timestamp: number): Promise<number>
  stop(): Promise<void>
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const START_MS = 30_000
const GAS_LIMIT = 60_000_000

class ChainStartError extends Error {
  readonly code = 'CHAIN_START'
  constructor(kind: string, output: string) {
    super(`The ${kind} process did not answer within ${START_MS / 1000} s. Its output: ${output.trim() || '(none)'}`)
    this.name = 'ChainStartError'
  }
}

/** The binary that npm installed for this platform, when it starts here. */
function findAnvil(): string | undefined {
  return globSync('node_modules/@foundry-rs/anvil-*/bin/anvil{,.exe}', { cwd: ROOT })
    .map((path) => `${ROOT}${path}`)
    .find((binary) => spawnSync(binary, ['--version']).status === 0)
}

function command(kind: Chain['kind'], binary: string, port: number, genesis: number): string[] {
  const where = ['--port', `${port}`]
  if (kind === 'hardhat') {
    const cli = 'node_modules/hardhat/dist/src/cli.js'
    return [binary, cli, '--config', 'deploy/node.config.ts', 'node', '--hostname', '127.0.0.1', ...where]
  }
  const options = { hardfork: 'osaka', timestamp: genesis, 'gas-limit': GAS_LIMIT, 'prune-history': 64 }
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`])
  return [binary, '--host', '127.0.0.1', ...where, ...flags]
}

/** `genesis`: unix seconds before the first price. */
export async function startChain({ genesis, prefer }: { genesis: number; prefer?: Chain['kind'] }): Promise<Chain> {
  const anvil = prefer === 'hardhat' ? undefined : findAnvil()
  const kind = anvil ? 'anvil' : 'hardhat'
  const port = await freePort()
  const [binary = '', ...args] = command(kind, anvil ?? process.execPath, port, genesis)
  const env = { ...process.env, GENESIS: `${genesis}` }
  const child = startChild(binary, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk}`.slice(-2_000)
  })
  const rpc = new Rpc(`http://127.0.0.1:${port}`)
  if (!(await answers(rpc, () => child.exitCode !== null))) {
    await stopChild(child)
    throw new ChainStartError(kind, errors)
  }
  return {
    kind,
    rpc,
    async mine(timestamp) {
      // One after the other: anvil works on the calls of a batch at the same time.
      await rpc.call('evm_setNextBlockTimestamp', [timestamp])
      await rpc.call('evm_mine')
      const number = await rpc.call<string>('eth_blockNumber')
      return Number(number)
    },
    stop: () => stopChild(child),
  }
}

async function answers(rpc: Rpc, isGone: () => boolean): Promise<boolean> {
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline && !isGone()) {
    const chainId = await rpc.call<string>('eth_chainId').catch(() => undefined)
    if (chainId !== undefined) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
