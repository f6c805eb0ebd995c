/** The plan of a live network as a JSON file: addresses only, every number comes from `parameters.ts`. */
import { type Address, isAddress } from 'viem'
import type { ChainlinkFeed, Plan, UnderlyingPlan } from './module.ts'
import { GOVERNANCE_DELAY, UNDERLYINGS } from './parameters.ts'

type PlanFile = {
  usd: Address
  governance: Address
  guardian: Address
  premiumSigners: Address[]
  premiumQuorum: number
  surfaceSigners: Address[]
  surfaceQuorum: number
  historySigners: Address[]
  historyQuorum: number
  /** Symbol -> token, Chainlink proxy and, on a rollup, its sequencer's uptime feed with the grace period in seconds. */
  underlyings: Record<
    string,
    {
      token: Address
      feed: Address
      sequencer?: { feed: Address; graceSeconds: number }
      /** Further price sources; spot is then the median, live with this many live ones. */
      others?: { sources: Address[]; quorum: number }
    }
  >
}

export class PlanError extends Error {
  readonly code = 'DEPLOYMENT_PLAN'
  readonly path: string
  constructor(path: string, value: unknown, wanted: string) {
    super(`The plan's \`${path}\` is ${JSON.stringify(value)}, not ${wanted}.`)
    this.name = 'PlanError'
    this.path = path
  }
}

export function parsePlan(text: string): Plan {
  const file: Partial<PlanFile> = JSON.parse(text)
  const {
    premiumSigners,
    premiumQuorum,
    surfaceSigners,
    surfaceQuorum,
    historySigners,
    historyQuorum,
    underlyings = {},
  } = file
  const known = UNDERLYINGS.map(({ symbol }) => symbol)
  for (const symbol of Object.keys(underlyings)) {
    if (!known.includes(symbol)) throw new PlanError('underlyings', symbol, `one of ${known.join(', ')}`)
  }
  const listed = UNDERLYINGS.filter(({ symbol }) => Object.hasOwn(underlyings, symbol))
  if (listed.length === 0) throw new PlanError('underlyings', underlyings, `some of ${known.join(', ')}`)
  return {
    usd: address('usd', file.usd),
    governance: address('governance', file.governance),
    guardian: address('guardian', file.guardian),
    governanceDelay: GOVERNANCE_DELAY,
    premiumSigners: addresses('premiumSigners', premiumSigners),
    premiumQuorum: whole('premiumQuorum', premiumQuorum),
    surfaceSigners: addresses('surfaceSigners', surfaceSigners),
    surfaceQuorum: whole('surfaceQuorum', surfaceQuorum),
    historySigners: addresses('historySigners', historySigners),
    historyQuorum: whole('historyQuorum', historyQuorum),
    underlyings: listed.map((parameters) => underlyingPlan(parameters, underlyings[parameters.symbol])),
  }
}

function underlyingPlan(parameters: UnderlyingPlan['parameters'], file: PlanFile['underlyings'][string] | undefined) {
  const path = `underlyings.${parameters.symbol}`
  const feed: ChainlinkFeed = { kind: 'chainlink', proxy: address(`${path}.feed`, file?.feed) }
  if (file?.sequencer) {
    const { feed: uptime, graceSeconds } = file.sequencer
    feed.sequencer = {
      feed: address(`${path}.sequencer.feed`, uptime),
      graceSeconds: whole(`${path}.sequencer.graceSeconds`, graceSeconds),
    }
  }
  if (file?.others) {
    const sources = file.others.sources.map((each, i) => address(`${path}.others.sources[${i}]`, each))
    feed.others = { sources, quorum: whole(`${path}.others.quorum`, file.others.quorum) }
  }
  return { parameters, feed, token: address(`${path}.token`, file?.token) }
}

function addresses(path: string, value: unknown): Address[] {
  if (!Array.isArray(value)) throw new PlanError(path, value, 'a list of addresses')
  return value.map((each, i) => address(`${path}[${i}]`, each))
}

function address(path: string, value: unknown): Address {
  if (typeof value !== 'string' || !isAddress(value)) throw new PlanError(path, value, 'an address')
  return value
}

function whole(path: string, value: unknown): bigint {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new PlanError(path, value, 'a whole number')
  return BigInt(Number(value))
}
