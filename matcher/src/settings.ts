/** Configuration of a matcher: one schema, parsed once, from a file and the environment. */
import { dirname, resolve } from 'node:path'
import { check, deploymentFrom, gasOffer, keyFrom, RPC_VARIABLE, readJson, type Secret } from '@plimsoll/keeper/service'
import type { Deployment } from '@plimsoll/sdk'
import { z } from 'zod'

const KEY_VARIABLE = 'PLIMSOLL_MATCHER_KEY'

/** Tokens per second, and how many may be saved up. */
const rate = (perSecond: number, burst: number) =>
  z
    .strictObject({
      perSecond: z.number().positive().default(perSecond),
      burst: z.number().int().min(1).default(burst),
    })
    .prefault({})

const settingsSchema = z.strictObject({
  name: z.string().min(1).default('matcher'),
  rpcUrl: z.union([z.url(), z.array(z.url()).min(1)]).transform((urls) => (typeof urls === 'string' ? [urls] : urls)),
  rpcTimeoutMs: z.number().int().positive().default(10_000),
  deployment: z.union([z.string(), z.record(z.string(), z.unknown())]),
  /** File with the key as hex; the environment wins over it. A key itself never stands in the configuration. */
  privateKeyFile: z.string().min(1).optional(),
  host: z.string().default('127.0.0.1'),
  /** 0 = any free port. */
  port: z.number().int().min(0).max(65_535).default(9_500),
  /** Take the client's address from the last X-Forwarded-For entry: only behind a proxy that sets it. */
  trustProxy: z.boolean().default(false),
  pollMs: z.number().int().min(10).default(500),
  journal: z.string().min(1).default('matcher.sqlite'),
  /** Days after which the journal forgets what has ended. */
  keepDays: z.number().int().min(1).default(30),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Unhealthy after this long without a complete round. */
  maxRoundAgeSeconds: z.number().positive().default(30),
  orders: z
    .strictObject({
      maxPerAccount: z.number().int().min(1).default(200),
      /** Seconds that an order must have left. */
      expiryMarginSeconds: z.number().int().min(0).default(15),
      maxLegs: z.number().int().min(1).max(16).default(8),
    })
    .prefault({}),
  quotes: z
    .strictObject({
      /** How long a request for quotes stays open. */
      lifeSeconds: z.number().int().min(1).default(30),
      maxOpen: z.number().int().min(1).default(1_000),
      maxPerRequest: z.number().int().min(1).default(50),
    })
    .prefault({}),
  settlement: z
    .strictObject({
      maxFills: z.number().int().min(1).max(64).default(48),
      /** Gas of one transaction; chains cap it at 2^24. */
      maxGas: z.number().int().min(500_000).default(12_000_000).transform(BigInt),
      /** Blocks on top of a transaction after which it is final. */
      finalityBlocks: z.number().int().min(0).default(12).transform(BigInt),
    })
    .prefault({}),
  gas: z
    .strictObject({
      ...gasOffer,
      bumpPercent: z.number().int().min(10).max(100).default(25).transform(BigInt),
    })
    .prefault({}),
  limits: z
    .strictObject({
      perAddress: rate(20, 100),
      perSigner: rate(10, 50),
      bodyBytes: z.number().int().min(1_024).default(32_768),
      subscriptionsPerSocket: z.number().int().min(1).default(100),
      sockets: z.number().int().min(1).default(1_000),
      /** Bytes that a subscriber may be behind before it is cut off. */
      socketBacklogBytes: z.number().int().min(1_024).default(1_000_000),
    })
    .prefault({}),
})

type Parsed = z.output<typeof settingsSchema>
export type Settings = Omit<Parsed, 'deployment' | 'privateKeyFile'> & {
  readonly deployment: Deployment
  readonly privateKey: Secret
}

/** Relative paths start at the file's folder. @throws ConfigError that names every problem */
export function loadSettings(file: string, env: Readonly<Record<string, string | undefined>> = {}): Settings {
  const rpcUrl = env[RPC_VARIABLE]
  const given = { ...readJson(file), ...(rpcUrl === undefined ? {} : { rpcUrl }) }
  const { deployment: where, privateKeyFile, ...rest } = check(settingsSchema, given, file)
  const folder = dirname(resolve(file))
  const path = typeof where === 'string' ? resolve(folder, where) : file
  return {
    ...rest,
    journal: resolve(folder, rest.journal),
    deployment: deploymentFrom(typeof where === 'string' ? readJson(path) : where, path),
    privateKey: keyFrom({ file, env, variable: KEY_VARIABLE, privateKeyFile, folder }),
  }
}
