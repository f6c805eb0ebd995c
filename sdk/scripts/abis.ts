/**
 * Writes `sdk/src/abis/` from the compiled contracts: one constant per contract, and every custom error of all of them in
 * one list, because a call to one contract can revert with the error of another. Run it after `hardhat build`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Abi } from 'viem'

type AbiError = Extract<Abi[number], { type: 'error' }>

const ROOT = new URL('../../', import.meta.url)
const OUTPUT = new URL('../src/abis/', import.meta.url)
const CONTRACTS = [
  'core/Auction',
  'core/Clearinghouse',
  'core/Exchange',
  'core/Gateway',
  'core/HistoryFeed',
  'core/MarginEngine',
  'core/Markets',
  'periphery/Reseller',
  'core/Series',
  'core/Settlement',
  'core/SurfaceFeed',
  'core/Surfaces',
  'core/Tails',
  'core/Vault',
] as const
/** Whatever can revert inside a user's transaction; the token stands for the ERC-20 errors of OpenZeppelin. */
const ERROR_SOURCES = [
  'artifacts/contracts/{core,libraries}/**/*.json',
  'artifacts/contracts/interfaces/IPriceHistory.sol/*.json',
  'artifacts/contracts/interfaces/external/IPermit2.sol/*.json',
  'artifacts/contracts/mocks/MockToken.sol/*.json',
]
const HEADER = '// Generated from the compiled contracts by `node sdk/scripts/abis.ts`. Do not edit.\n'

/** File name -> content, as the artifacts say now. */
export function generate(): Map<string, string> {
  const files = new Map<string, string>()
  for (const path of CONTRACTS) {
    const name = basename(path)
    const stem = lowerFirst(name)
    files.set(`${stem}.ts`, moduleOf(`${stem}Abi`, name, readAbi(`artifacts/contracts/${path}.sol/${name}.json`)))
  }
  files.set('errors.ts', moduleOf('errorsAbi', 'every custom error', allErrors()))
  return files
}

/** Names of the files in `sdk/src/abis/` that differ from the artifacts. */
export function outdated(): string[] {
  return [...generate()].filter(([name, text]) => current(name) !== text).map(([name]) => name)
}

function current(name: string): string | undefined {
  const file = new URL(name, OUTPUT)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function readAbi(path: string): Abi {
  const artifact: { abi?: Abi } = JSON.parse(readFileSync(new URL(path, ROOT), 'utf8'))
  if (!Array.isArray(artifact.abi)) throw new TypeError(`${path} is no artifact. Run \`npm run build\`.`)
  return artifact.abi
}

/** Each error once, by signature, in alphabetical order. */
function allErrors(): AbiError[] {
  const errors = new Map<string, AbiError>()
  for (const path of globSync(ERROR_SOURCES, { cwd: fileURLToPath(ROOT) })) {
    for (const item of readAbi(path)) if (item.type === 'error') errors.set(signatureOf(item), item)
  }
  return [...errors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, error]) => error)
}

function signatureOf({ name, inputs }: AbiError): string {
  return `${name}(${inputs.map(({ type }) => type).join()})`
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function moduleOf(constant: string, title: string, abi: readonly unknown[]): string {
  const items = JSON.stringify(abi, (key, value) => (key === 'internalType' ? undefined : value))
  return format(`${HEADER}\n/** ABI of ${title}. */\nexport const ${constant} = ${items} as const\n`)
}

/** As the repository's formatter would leave it. */
function format(source: string): string {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')
  const options = { input: source, encoding: 'utf8', cwd: fileURLToPath(ROOT) } as const
  return execFileSync(process.execPath, [biome, 'format', '--stdin-file-path=sdk/src/abis/abi.ts'], options)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(OUTPUT, { recursive: true })
  for (const [name, text] of generate()) {
    if (current(name) !== text) writeFileSync(new URL(name, OUTPUT), text)
  }
}
