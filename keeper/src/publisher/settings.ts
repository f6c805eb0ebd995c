/** Configuration of signers and posters: one schema each, parsed once, from a file and the environment. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Deployment, InvalidDeploymentError, MAX_EXPIRIES, parseDeployment } from '@plimsoll/sdk'
import { z } from 'zod'
import { check, gasOffer, gwei, privateKey, RPC_VARIABLE, readJson, type Secret, wad } from '../config.ts'
import { ConfigError } from '../errors.ts'
import { historyPosterSchema, historySignerSchema, historySourceSchema } from './history/settings.ts'

const SIGNER_KEY = 'PLIMSOLL_SIGNER_KEY'
const POSTER_KEY = 'PLIMSOLL_POSTER_KEY'
/** The feed takes nothing older (spec V-2). */
const FEED_MAX_AGE = 300

const shared = {
  rpcUrl: z.union([z.url(), z.array(z.url()).min(1)]).transform((urls) => (typeof urls === 'string' ? [urls] : urls)),
  rpcTimeoutMs: z.number().int().positive().default(10_000),
  deployment: z.union([z.string(), z.record(z.string(), z.unknown())]),
  /** File with the key as hex; the environment wins over it. A key itself never stands in the configuration. */
  privateKeyFile: z.string().min(1).optional(),
  host: z.string().default('127.0.0.1'),
  pollMs: z.number().int().min(10).default(1_000),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** How long another publisher may take to answer. */
  peerTimeoutMs: z.number().int().positive().default(2_000),
  /** Unhealthy after this long without a complete round. */
  maxRoundAgeSeconds: z.number().positive().default(60),
}

const limitsSchema = z.strictObject({
  maximumAge: z.number().int().min(1).max(FEED_MAX_AGE).default(120),
  maximumLead: z.number().int().min(0).max(60).default(30),
  maximumSpotGap: z.number().positive().max(0.2).default(0.01),
  maximumBroken: z.number().min(0).max(1).default(0.05),
  minimumQuotes: z.number().int().min(3).default(5),
  maximumInconsistent: z.number().min(0).max(1).default(0.2),
  maximumError: z.number().positive().default(4),
  carrySeconds: z.number().int().min(60).max(86_400).default(7_200),
  maximumExpiries: z.number().int().min(1).max(MAX_EXPIRIES).default(MAX_EXPIRIES),
})

const toleranceSchema = z.strictObject({
  volatility: wad().prefault('0.02'),
  wing: wad().prefault('0.03'),
  forward: wad().prefault('0.002'),
  discount: wad().prefault('0.005'),
  depth: wad().prefault('0.5'),
  premium: wad().prefault('0.001'),
})

const signerSchema = z.strictObject({
  ...shared,
  name: z.string().min(1).default('signer'),
  port: z.number().int().min(0).max(65_535).default(9_480),
  peers: z.array(z.url()).default([]),
  underlyings: z
    .record(
      z.string(),
      z
        .strictObject({
          quotes: z.string().min(1).optional(),
          depthUsd: z.number().positive().optional(),
          history: historySourceSchema.optional(),
        })
        .refine(({ quotes, history }) => quotes !== undefined || history !== undefined, 'must name quotes or history'),
    )
    .refine((all) => Object.keys(all).length > 0, 'must name at least one underlying'),
  limits: limitsSchema.prefault({}),
  tolerance: toleranceSchema.prefault({}),
  history: historySignerSchema.prefault({}),
})

const worthSchema = z.strictObject({
  volatilityMove: wad().prefault('0.01'),
  forwardMove: wad().prefault('0.001'),
  premiumMove: wad().prefault('0.0005'),
  heartbeat: z.number().int().min(60).max(3_500).default(1_800),
  urgentAfter: z.number().int().min(60).max(3_600).default(3_000),
  maxGasPriceGwei: gwei().prefault('50'),
  urgentGasPriceGwei: gwei().prefault('500'),
})

const posterSchema = z
  .strictObject({
    ...shared,
    name: z.string().min(1).default('poster'),
    port: z.number().int().min(0).max(65_535).default(9_490),
    signers: z.array(z.url()).min(1),
    underlyings: z.array(z.string()).default([]),
    worth: worthSchema.prefault({}),
    history: historyPosterSchema.prefault({}),
    gas: z.strictObject(gasOffer).prefault({}),
  })
  .refine(({ underlyings, history }) => underlyings.length + history.underlyings.length > 0, {
    path: ['underlyings'],
    message: 'must name at least one underlying, here or in history.underlyings',
  })

const contract = z.string()
const deploymentSchema = z.looseObject({
  clearinghouse: contract,
  underlyings: z.array(z.looseObject({ id: z.number().int().min(1).max(255), symbol: z.string().min(1) })).min(1),
})

/** An underlying as a publisher names it. */
export type Named = { readonly id: number; readonly symbol: string }

type Resolved<T> = Omit<T, 'deployment' | 'privateKeyFile' | 'underlyings'> & {
  readonly deployment: Deployment
  readonly privateKey: Secret
}
type SignerInput = z.output<typeof signerSchema>
type PosterInput = z.output<typeof posterSchema>
/** Relative paths are resolved; a group holds its own underlying. */
type SignedUnderlying = Named & {
  /** Of options, for the surface. Undefined: none is signed. */
  readonly quotes: string | undefined
  readonly depthUsd: number | undefined
  /** Past prices. Undefined: no history is signed. */
  readonly history: z.output<typeof historySourceSchema> | undefined
}
export type SignerSettings = Resolved<SignerInput> & { readonly underlyings: readonly SignedUnderlying[] }
export type PosterSettings = Omit<Resolved<PosterInput>, 'history'> & {
  readonly underlyings: readonly Named[]
  readonly history: Omit<PosterInput['history'], 'underlyings'> & { readonly underlyings: readonly Named[] }
}

type Environment = Readonly<Record<string, string | undefined>>

/** Relative paths start at the file's folder. @throws ConfigError that names every problem */
export function loadSigner(file: string, env: Environment = {}): SignerSettings {
  const given = check(signerSchema, withRpc(file, env), file)
  const { underlyings, ...rest } = given
  const named = resolveShared(rest, { file, env, variable: SIGNER_KEY, symbols: Object.keys(underlyings) })
  const folder = dirname(resolve(file))
  const at = (where: string) => (/^https?:\/\//.test(where) ? where : resolve(folder, where))
  const own = named.listed.flatMap(({ id, symbol }): SignedUnderlying[] => {
    const given = underlyings[symbol]
    if (given === undefined) return []
    const { quotes, depthUsd, history } = given
    const source = history && { prices: at(history.prices), group: [...new Set([symbol, ...history.group])] }
    return [{ id, symbol, quotes: quotes && at(quotes), depthUsd, history: source }]
  })
  return { ...named.settings, underlyings: own }
}

/** @throws ConfigError that names every problem */
export function loadPoster(file: string, env: Environment = {}): PosterSettings {
  const given = check(posterSchema, withRpc(file, env), file)
  const { underlyings, ...rest } = given
  const named = resolveShared(rest, {
    file,
    env,
    variable: POSTER_KEY,
    symbols: [...underlyings, ...rest.history.underlyings],
  })
  for (const [name, { heartbeat, urgentAfter }] of Object.entries({
    worth: rest.worth,
    'history.worth': rest.history.worth,
  }))
    if (heartbeat >= urgentAfter)
      throw new ConfigError({ source: file, problems: [`${name}.heartbeat must be below ${name}.urgentAfter`] })
  const listedOf = (symbols: readonly string[]) => named.listed.filter(({ symbol }) => symbols.includes(symbol))
  const history = { ...rest.history, underlyings: listedOf(rest.history.underlyings) }
  return { ...named.settings, underlyings: listedOf(underlyings), history }
}

function withRpc(file: string, env: Environment): Record<string, unknown> {
  const rpcUrl = env[RPC_VARIABLE]
  return { ...readJson(file), ...(rpcUrl === undefined ? {} : { rpcUrl }) }
}

type Origin = {
  readonly file: string
  readonly env: Environment
  readonly variable: string
  readonly symbols: readonly string[]
}

function resolveShared<T extends { deployment: string | Record<string, unknown>; privateKeyFile?: string | undefined }>(
  { deployment: where, privateKeyFile, ...rest }: T,
  { file, env, variable, symbols }: Origin,
) {
  const folder = dirname(resolve(file))
  const path = typeof where === 'string' ? resolve(folder, where) : file
  const document = typeof where === 'string' ? readJson(path) : where
  const { underlyings } = check(deploymentSchema, document, path)
  const unknown = symbols.filter((symbol) => !underlyings.some((each) => each.symbol === symbol))
  if (unknown.length > 0) {
    const known = underlyings.map(({ symbol }) => symbol).join(', ')
    throw new ConfigError({
      source: file,
      problems: [`underlyings: ${unknown.join(', ')} not listed; known: ${known}`],
    })
  }
  const listed = underlyings
    .filter(({ symbol }) => symbols.includes(symbol))
    .map(({ id, symbol }): Named => ({ id, symbol }))
  const key = keyFrom({ file, env, variable, privateKeyFile, folder })
  return { listed, settings: { ...rest, deployment: deploymentFrom(document, path), privateKey: key } }
}

/** @throws ConfigError */
export function deploymentFrom(document: unknown, source: string): Deployment {
  try {
    return parseDeployment(document)
  } catch (cause) {
    if (!(cause instanceof InvalidDeploymentError)) throw cause
    throw new ConfigError({ source, problems: [cause.message], cause })
  }
}

type KeyOrigin = Omit<Origin, 'symbols'> & { readonly privateKeyFile: string | undefined; readonly folder: string }

/** From the environment, else from the file that the configuration names. @throws ConfigError */
export function keyFrom({ file, env, variable, privateKeyFile, folder }: KeyOrigin): Secret {
  const fromEnv = env[variable]
  if (fromEnv !== undefined) return check(privateKey, fromEnv, `environment variable ${variable}`)
  if (privateKeyFile === undefined) {
    throw new ConfigError({ source: file, problems: [`no key: set ${variable} or privateKeyFile`] })
  }
  const path = resolve(folder, privateKeyFile)
  try {
    return check(privateKey, readFileSync(path, 'utf8').trim(), path)
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError({ source: file, problems: [`privateKeyFile ${path} cannot be read`], cause })
  }
}
