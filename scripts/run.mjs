// The one entry of every npm script: `node scripts/run.mjs TASK [arguments]`.
// Brings the pinned Node.js where the machine's own is too old, installs the locked dependencies under it once,
// then runs the task. Built-ins only, Node.js 18 or newer. Set-up writes to stderr, so a task owns stdout.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runsTypeScript } from './runtime.mjs'
import { TASKS } from './tasks.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const isWindows = process.platform === 'win32'
const LOCK_POLL_MS = 200

/** npm passes its own state down to children; a nested npm must not mistake it for its command line. */
function withoutNpmState(env) {
  const state = /^npm_(config_(local_prefix|prefix|workspace|workspaces|if_present)|package_|lifecycle_|command)/i
  return Object.fromEntries(Object.entries(env).filter(([key]) => !state.test(key)))
}

function npmCli() {
  const bin = dirname(process.execPath)
  const candidates = [
    process.env.npm_execpath,
    join(bin, '../lib/node_modules/npm/bin/npm-cli.js'),
    join(bin, 'node_modules/npm/bin/npm-cli.js'),
    '/usr/lib/node_modules/npm/bin/npm-cli.js',
    '/usr/share/nodejs/npm/bin/npm-cli.js',
  ]
  const found = candidates.find((file) => file?.endsWith('npm-cli.js') && existsSync(file))
  if (!found) throw new Error('npm was not found beside Node.js: start this task as `npm run TASK`.')
  return found
}

function installLocked(node, cwd, env) {
  const args = [npmCli(), 'ci', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = spawnSync(node, args, { stdio: ['ignore', 2, 2], cwd, env })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Two tasks started together on a fresh clone must not install over each other. */
function exclusively(action) {
  const lock = join(root, '.setup.lock')
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
    if (owner > 0 && !isRunning(owner)) rmSync(lock, { force: true })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS)
  }
  const release = () => rmSync(lock, { force: true })
  process.once('exit', release)
  action()
  process.off('exit', release)
  release()
}

function pinnedNode() {
  const home = join(root, 'tools/node')
  const name = `node-${isWindows ? 'win' : process.platform}-${process.arch}`
  const binary = join(home, 'node_modules', name, 'bin', isWindows ? 'node.exe' : 'node')
  const install = () => {
    console.error(`Node.js ${process.version} is too old: installing the pinned runtime (${name})`)
    installLocked(process.execPath, home, withoutNpmState(process.env))
  }
  return { binary, install, missing: () => !existsSync(binary), name }
}

/** Makes Node.js and the dependencies ready; returns the environment tasks run in. */
function setUp() {
  const own = runsTypeScript(process.versions.node)
  const pinned = pinnedNode()
  const node = own ? process.execPath : pinned.binary
  const path = [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  const env = { ...withoutNpmState(process.env), PATH: path }

  const stamp = join(root, 'node_modules/.stamp')
  const major = () => spawnSync(node, ['-p', 'process.versions.modules'], { encoding: 'utf8' }).stdout.trim()
  const lockHash = () =>
    createHash('sha256')
      .update(readFileSync(join(root, 'package-lock.json')))
      .digest('hex')
  const isReady = () =>
    existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === `${lockHash()} ${major()}\n`
  if (isReady()) return env

  exclusively(() => {
    if (!own && pinned.missing()) pinned.install()
    if (!own && pinned.missing()) {
      throw new Error(`No pinned Node.js exists for ${pinned.name}: install Node.js 24 and run again.`)
    }
    if (isReady()) return
    installLocked(node, root, env)
    writeFileSync(stamp, `${lockHash()} ${major()}\n`)
  })
  return env
}

/** Runs one command, passes signals on and resolves to its exit code. */
function run([command, ...args], env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: root, env, shell: isWindows })
    const forward = (signal) => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      for (const each of signals) process.off(each, forward)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

const [task, ...rest] = process.argv.slice(2)
const commands = Object.hasOwn(TASKS, task ?? '') ? TASKS[task] : undefined
if (!commands || (task === 'exec' && rest.length === 0)) {
  console.error(`Usage: node scripts/run.mjs TASK [arguments]\nTasks: ${Object.keys(TASKS).join(', ')}`)
  process.exit(2)
}
const env = setUp()
for (const [index, command] of commands.entries()) {
  const code = await run(index === commands.length - 1 ? [...command, ...rest] : command, env)
  if (code !== 0) process.exit(code)
}
