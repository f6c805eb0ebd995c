import type { Address, Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import {
  encodeInstrumentId,
  encodeUnderlyingSet,
  FULL_CAP,
  type Instrument,
  type Leg,
  leastCap,
  optionOf,
  packCaps,
  surfaceTypes,
} from '../../../sdk/src/index.ts'
import { allowHistory, deploySurfaceFeed, gasOf, type World } from '../world.ts'

const WAD = 10n ** 18n
const YEAR = 365 * 86_400
/** Days from genesis to each expiry. */
const DAYS = [2, 9, 16, 30, 58, 93, 184, 275] as const
/** 08:00 UTC of the day the worlds begin. */
const TODAY = Date.parse('2027-01-04T08:00:00Z') / 1000
export const EXPIRIES: readonly number[] = DAYS.map((days) => TODAY + days * 86_400)
const ALL_EXPIRIES = EXPIRIES.length
const VOLATILITY = 0.8
/** USD with 8 decimals. */
const STRIKE_UNIT = 10n ** 8n

export type Option = { underlying: number; expiry: number; strike: number; isPut: boolean }
export type SurfaceFeed = Awaited<ReturnType<typeof deploySurfaceFeed>>

/** Ascending by address, as the feed wants signatures. */
const SIGNERS = [1n, 2n, 3n]
  .map((key) => privateKeyToAccount(`0x${key.toString(16).padStart(64, '0')}`))
  .sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1))

/** Risk terms and surfaces: all expiries of every underlying but those of `short`, which have the first one only. */
export async function listOptions(world: World, short: readonly number[] = []) {
  const feed = await deploySurfaceFeed(world, SIGNERS.map(({ address }) => address) as Address[])
  for (let u = 1; u <= world.feeds.length; u++) {
    await world.series.write.setRiskTerms([u, TERMS])
    await postSurface(world, feed, u, short.includes(u) ? 1 : ALL_EXPIRIES, VOLATILITY)
  }
  return feed
}

/** Defaults, in millionths. */
const TERMS = {
  volatilityUp: 500_000,
  volatilityDown: 250_000,
  optionMaintenance: 3_000,
  optionInitial: 5_000,
  calendar: 300_000,
  basis: 2_000,
  basisPerYear: 10_000,
  offset: 500_000,
  group: 1,
}

/** Posts a message of now that two of the three signers signed; the gas of it. */
export async function postSurface(
  world: World,
  feed: SurfaceFeed,
  underlying: number,
  count: number,
  volatility: number,
) {
  const { timestamp } = await world.client.getBlock()
  const quotes = EXPIRIES.slice(0, count).map((expiry) => quoteOf(expiry, Number(timestamp), volatility))
  const message = { underlying, timestamp, premium: 100n, depth: 10n ** 8n * WAD, expiries: quotes }
  const domain = {
    name: 'Plimsoll Surface Feed',
    version: '1',
    chainId: await world.client.getChainId(),
    verifyingContract: feed.address,
  }
  const typed = { domain, types: surfaceTypes, primaryType: 'Surface', message } as const
  const signatures: Hex[] = []
  for (const signer of SIGNERS.slice(0, 2)) signatures.push(await signer.signTypedData(typed))
  const arguments_ = [underlying, timestamp, message.premium, message.depth, quotes, signatures] as const
  return gasOf(world, await feed.write.post(arguments_))
}

/** A smile with skew and wings that are free of arbitrage; 4 % carry a year. */
function quoteOf(expiry: number, now: number, volatility: number) {
  const years = (expiry - now) / YEAR
  const theta = volatility * volatility * years
  const psi = (1.2 * theta) / Math.sqrt(theta * (1 + theta)) // phi falls in theta
  const wad = (value: number) => BigInt(Math.round(value * 1e18))
  return {
    expiry,
    theta: wad(theta),
    rho: wad(-0.3),
    psi: wad(psi),
    forwardRatio: wad(1 + 0.04 * years),
    discount: wad(1 - 0.04 * years),
  }
}

function instrumentOf({ underlying, expiry, strike, isPut }: Option): Instrument {
  return optionOf(underlying, isPut ? 'put' : 'call', expiry, BigInt(strike) * STRIKE_UNIT)
}

function idOf(option: Option): bigint {
  return encodeInstrumentId(instrumentOf(option))
}

/** `count` options on strikes of their own around the price, by turns on the first `expiries`, half of them puts. */
export function distinctStrikes(count: number, expiries: number): Option[] {
  return Array.from({ length: count }, (_, i) => ({
    underlying: 1,
    expiry: expiryAt(i % expiries),
    strike: 2_000 + (i % 2 === 0 ? -5 : 5) * (i + (i % 2)),
    isPut: i % 4 >= 2,
  }))
}

/** A call and a put on each of `count / 2` strikes of one expiry. */
export function pairs(count: number): Option[] {
  return distinctStrikes(count / 2, 1).flatMap((option) => [
    { ...option, isPut: false },
    { ...option, isPut: true },
  ])
}

/** One option each on as many different series as there are, of all underlyings by turns. */
export function widest(count: number, underlyings: number): Option[] {
  return Array.from({ length: count }, (_, i) => {
    const round = Math.floor(i / underlyings)
    const again = Math.floor(round / ALL_EXPIRIES)
    return {
      underlying: 1 + (i % underlyings),
      expiry: expiryAt(round % ALL_EXPIRIES),
      strike: 2_000 + 10 * again,
      isPut: false,
    }
  })
}

function expiryAt(index: number): number {
  const expiry = EXPIRIES[index]
  if (expiry === undefined) throw new RangeError(`There are ${ALL_EXPIRIES} expiries, not ${index + 1}.`)
  return expiry
}

/** Four bought, four sold, and so on: calls and puts of one strike never cancel. */
export function mixed(options: readonly Option[]): Leg[] {
  return options.map((option, i) => ({ instrument: instrumentOf(option), ratio: i % 8 < 4 ? 1n : -1n }))
}

export function sold(options: readonly Option[]): Leg[] {
  return options.map((option) => ({ instrument: instrumentOf(option), ratio: -1n }))
}

/** Caps as they may be posted: full around the middle. */
export async function postHistory(world: World, underlying: number): Promise<void> {
  await allowHistory(world)
  const { timestamp } = await world.client.getBlock()
  const { markets } = await world.markets.read.snapshot([encodeUnderlyingSet([underlying])])
  const caps = packCaps(Array.from({ length: 17 }, (_, n) => (n > 3 && n < 13 ? FULL_CAP : leastCap(n))))
  await world.tails.write.setHistory([underlying, timestamp, markets[0]?.scanRange ?? 0n, caps, 500_000n])
}

/** As `touch` of one call, and what option prices imply. */
export async function touchTails(world: World, options: readonly Option[]): Promise<void> {
  await world.tails.write.touch([setOf(options), options.map(idOf)])
}

function setOf(options: readonly Option[]): bigint {
  return encodeUnderlyingSet(options.map(({ underlying }) => underlying))
}

/** Most strikes that one transaction can compute and store for the first time, with room to spare. */
const BATCH = 64

/** Observes, rolls the epoch when it is due, and caches the arrays that `options` need. */
export async function touch(world: World, options: readonly Option[]): Promise<number> {
  const set = setOf(options)
  let gas = 0
  for (let i = 0; i < options.length; i += BATCH) {
    const instruments = options.slice(i, i + BATCH).map(idOf)
    gas += await gasOf(world, await world.series.write.touch([set, instruments]))
  }
  return gas
}
