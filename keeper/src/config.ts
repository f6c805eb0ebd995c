/** The keeper's configuration: one schema, parsed once, from a file, the environment and flags. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type AccountId, encodeAccountId } from '@plimsoll/sdk'
import { type Address, getAddress, type Hex, isAddress, isHex, parseUnits } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { z } from 'zod'
import { ConfigError } from './errors.ts'

/** A value that no log, JSON or error message shows. */
export class Secret {
  readonly #value: Hex
  constructor(value: Hex) {
    this.#value = value
  }
  /** The value itself: only for the code that signs. */
  reveal(): Hex {
    return this.#value
  }
  toString(): string {
    return '***'
  }
  toJSON(): string {
    return '***'
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***'
  }
}

const decimal = (decimals: number) =>
  z
    .union([z.number(), z.string()])
    .refine((value) => /^-?\d+(\.\d+)?$/.test(String(value)), 'must be a decimal number such as 12.5')
    .transform((value) => parseUnits(String(value), decimals))
/** US dollars, and fractions such as 0.25, both kept with 18 decimals. */
export const wad = () => decimal(18)
export const gwei = () => decimal(9)
const address = z
  .string()
  .refine((value) => isAddress(value), 'must be an address')
  .transform((value) => getAddress(value))
export const privateKey = z
  .string()
  .refine((value) => isHex(value) && value.length === 66, 'must be 32 bytes as hex')
  .transform((value) => new Secret(value as Hex)) // checked on the line above
const subId = z.union([z.number().int().nonnegative(), z.string().regex(/^\d+$/)]).transform((value) => BigInt(value))

const policySchema = z.strictObject({
  /** Least reward after gas for a job to be worth it. */
  minRewardUsd: wad().prefault('1'),
  /** Discount per maintenance removed to wait for, until `patienceSeconds` are on the clock or waiting pays nothing. */
  minDiscount: wad().prefault('0'),
  patienceSeconds: z.number().int().nonnegative().default(0).transform(BigInt),
  /** Where between the least and the largest allowed fraction a slice is cut: 0 to 1. */
  sliceSize: wad().prefault('1'),
  /** Equity per maintenance below which an account is insolvent soon: its lane may lose `maxLossUsd` per job. */
  insolventRatio: wad().prefault('0.2'),
  maxLossUsd: wad().prefault('50'),
  /** Flag accounts that are not worth a slice yet: starts the clock, earns nothing. */
  flag: z.boolean().default(true),
  unflag: z.boolean().default(true),
  absorb: z.boolean().default(true),
  convert: z.boolean().default(true),
  /** Store an observation of held markets when the last one is older; 0 = never. */
  touchAfterSeconds: z.number().int().nonnegative().default(900).transform(BigInt),
  /** What getting rid of an option costs: this share of its mark, and this share of spot per unit. */
  optionSpread: wad().prefault('0.02'),
  optionTick: wad().prefault('0.0003'),
})

/** What keeps dated instruments going; nobody pays for it. */
const servicesSchema = z.strictObject({
  /** Compute the risk arrays of held strikes once an epoch has rolled. */
  refresh: z.boolean().default(true),
  /** Average settlement windows, and how often before their end. */
  average: z.boolean().default(true),
  averageEverySeconds: z.number().int().min(60).max(1_800).default(600),
  /** Price rounds that one transaction reads at most. */
  roundsPerCall: z.number().int().positive().default(100).transform(BigInt),
  /** Settle accounts once a price is final, and how many in one transaction. */
  settle: z.boolean().default(true),
  accountsPerCall: z.number().int().min(1).max(200).default(20),
  /** What all of this may cost in 24 hours. */
  budgetUsdPerDay: wad().prefault('50'),
  /** Transactions of this kind on their way at once, out of `maxInFlight` less `reservedInFlight`. */
  maxInFlight: z.number().int().min(1).max(64).default(4),
  /** Gas of one transaction that stores risk arrays. */
  refreshGas: z.number().int().min(500_000).default(8_000_000).transform(BigInt),
  /** A takeover that is expected to need more, with arrays to compute, waits until they are stored. */
  takeoverGas: z.number().int().min(500_000).default(8_000_000).transform(BigInt),
})

const marginSchema = z.strictObject({
  /** Hours over which the ramps of the scan ranges are followed; 0 = not at all. */
  hours: z.number().int().min(0).max(168).default(6),
  /** An outlook counts for this long, as long as its account does not change. */
  forecastSeconds: z.number().int().positive().default(300).transform(BigInt),
  /** Outlooks read in one scan, those with the least room first. */
  forecastsPerScan: z.number().int().positive().default(20),
})

/** What a service offers for the gas of its transactions. */
export const gasOffer = {
  /** Tip per gas. */
  priorityFeeGwei: gwei().prefault('1'),
  /** First offer: this many times the base fee, plus the tip. */
  baseFeeMultiple: z.number().min(1).max(10).default(2),
  /** Gas limit over the estimate. */
  headroom: z.number().min(1).max(3).default(1.25),
  /** Blocks without a receipt before the same nonce is offered for more. */
  replaceAfterBlocks: z.number().int().positive().default(3).transform(BigInt),
}

/** Slices are sold to signed orders while they are taken over, by a contract of the keeper's own. */
const resaleSchema = z.strictObject({
  /** A matcher that publishes resting orders. */
  matcherUrl: z.url(),
  /** A `Reseller` whose owner is the key. */
  reseller: address,
  /** Least gain after gas, sale included. */
  minProfitUsd: wad().prefault('1'),
  /** How long a scan waits for an answer of the matcher. */
  timeoutMs: z.number().int().positive().default(500),
  /** What an order must have left: the call is mined a block or more later. */
  expiryMarginSeconds: z.number().int().min(0).default(15).transform(BigInt),
})

const gasSchema = z.strictObject({
  ...gasOffer,
  /** On top of the last offer. */
  bumpPercent: z.number().int().min(10).max(100).default(25).transform(BigInt),
  /** Most of a job's prize that its gas may cost. */
  prizeShare: wad().prefault('0.5'),
  /** What a job without a prize may cost at most. */
  noPrizeUsd: wad().prefault('20'),
  /** USD per unit of gas money where no market named ETH is listed. */
  ethUsd: wad().optional(),
})

const configSchema = z.strictObject({
  name: z.string().min(1).default('keeper'),
  rpcUrl: z.union([z.url(), z.array(z.url()).min(1)]).transform((urls) => (typeof urls === 'string' ? [urls] : urls)),
  rpcTimeoutMs: z.number().int().positive().default(10_000),
  deployment: z.union([z.string(), z.record(z.string(), z.unknown())]),
  privateKey,
  /** The account that takes slices over. A cold owner names the key as its operator and itself here. */
  account: z
    .preprocess(
      (value) => (typeof value === 'object' ? value : { subId: value }),
      z.strictObject({ owner: address.optional(), subId: subId.default(0n), pool: z.array(subId).default([]) }),
    )
    .prefault({}),
  /** Cash that a pool account is given before it takes over. */
  poolCashUsd: wad().prefault('10000'),
  metricsHost: z.string().default('127.0.0.1'),
  /** 0 = any free port; absent = no server. */
  metricsPort: z.number().int().min(0).max(65_535).optional(),
  pollMs: z.number().int().min(10).default(1_000),
  journal: z.string().min(1).default('keeper-journal.json'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Transactions on their way at once, and how many of those are kept for insolvent accounts. */
  maxInFlight: z.number().int().min(1).max(64).default(16),
  reservedInFlight: z.number().int().min(0).max(32).default(4),
  /** Blocks on top of a receipt after which it is final. */
  finalityBlocks: z.number().int().min(0).default(12).transform(BigInt),
  /** Blocks between comparisons of the rebuilt state with the chain, and accounts per comparison. */
  verifyEveryBlocks: z.number().int().positive().default(50).transform(BigInt),
  verifyAccounts: z.number().int().positive().default(25),
  /** Strikes per read of the market matrix: each costs the node up to 80,000 gas. */
  strikesPerRequest: z.number().int().positive().max(1_000).default(100),
  logsPerRequest: z.number().int().positive().default(2_000).transform(BigInt),
  /** Unhealthy after this long, or this many blocks, without a complete scan. */
  maxScanAgeSeconds: z.number().positive().default(30),
  maxScanLagBlocks: z.number().int().positive().default(10).transform(BigInt),
  policy: policySchema.prefault({}),
  services: servicesSchema.prefault({}),
  margin: marginSchema.prefault({}),
  gas: gasSchema.prefault({}),
  /** Absent: what is taken over is kept. */
  resale: resaleSchema.optional(),
})

const deploymentSchema = z.object({
  chainId: z.number().int().positive(),
  fromBlock: z.number().int().nonnegative().default(0).transform(BigInt),
  clearinghouse: address,
  markets: address,
  auction: address,
  exchange: address,
  series: address,
  settlement: address,
  tails: address,
})

export type GasPolicy = z.output<typeof gasSchema>
type Parsed = z.output<typeof configSchema>
export type ResaleSettings = z.output<typeof resaleSchema> & {
  /** The reseller's own, which takes over. */
  readonly account: AccountId
}
export type Config = Omit<Parsed, 'deployment' | 'account' | 'resale'> & {
  readonly deployment: z.output<typeof deploymentSchema>
  readonly account: { readonly main: Hex; readonly pool: readonly Hex[]; readonly owner: Address }
  readonly resale: ResaleSettings | undefined
}

/** Everything that the keeper takes over goes to one of these. */
export function ownAccounts({ account, resale }: Pick<Config, 'account' | 'resale'>): readonly AccountId[] {
  return [account.main, ...account.pool, ...(resale ? [resale.account] : [])]
}

const KEY_VARIABLE = 'PLIMSOLL_KEEPER_KEY'
export const RPC_VARIABLE = 'PLIMSOLL_RPC_URL'

/** Flags win over the environment, the environment over the file. Relative paths start at the file's folder. */
export function loadConfig(
  file: string,
  env: Readonly<Record<string, string | undefined>> = {},
  flags: Readonly<Record<string, unknown>> = {},
): Config {
  const fromEnv = { privateKey: env[KEY_VARIABLE], rpcUrl: env[RPC_VARIABLE] }
  const given = Object.entries({ ...fromEnv, ...flags }).filter(([, value]) => value !== undefined)
  const folder = dirname(resolve(file))
  return parseConfig({ ...readJson(file), ...Object.fromEntries(given) }, { source: file, folder })
}

export function parseConfig(value: unknown, { source, folder }: { source: string; folder: string }): Config {
  const parsed = check(configSchema, value, source)
  const { deployment: where, account, resale, ...rest } = parsed
  const path = typeof where === 'string' ? resolve(folder, where) : source
  const deployment = check(deploymentSchema, typeof where === 'string' ? readJson(path) : where, path)
  if (parsed.reservedInFlight >= parsed.maxInFlight) {
    throw new ConfigError({ source, problems: ['reservedInFlight must be below maxInFlight'] })
  }
  const owner = account.owner ?? privateKeyToAddress(parsed.privateKey.reveal())
  if (owner === resale?.reseller) {
    throw new ConfigError({
      source,
      problems: ['account.owner must be another than resale.reseller: its account sells all it has'],
    })
  }
  const idOf = (sub: bigint) => encodeAccountId({ owner, subId: sub })
  return {
    ...rest,
    journal: resolve(folder, rest.journal),
    deployment,
    account: { owner, main: idOf(account.subId), pool: account.pool.map(idOf) },
    resale: resale && { ...resale, account: encodeAccountId({ owner: resale.reseller }) },
  }
}

/** The value as `schema` parses it. @throws ConfigError that names every problem */
export function check<T extends z.ZodType>(schema: T, value: unknown, source: string): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || '(whole file)'}: ${message}`)
  throw new ConfigError({ source, problems })
}

/** @throws ConfigError */
export function readJson(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return z.record(z.string(), z.unknown()).parse(value)
  } catch (cause) {
    const problem = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
    throw new ConfigError({ source: file, problems: [`cannot be read as a JSON object: ${problem}`], cause })
  }
}
