/**
 * What is deployed in which order: the one definition that tests, the demo and live networks share.
 * Order: access manager, tokens and price sources, core, listings, modules and engine, roles, seal, hand-over.
 */
import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { type Address, stringToHex, zeroAddress } from 'viem'
import { PERMIT2 } from '../sdk/src/index.ts'
import { type FeedParameters, type UnderlyingParameters, USD } from './parameters.ts'
import { permissions, ROLES, selectors } from './roles.ts'

/** Asset number of the settlement token in the vault; underlying u is asset u. */
const USD_ASSET = 0
const ADMIN_ROLE = 0n

type Builder = Parameters<Parameters<typeof buildModule>[1]>[0]
type Contract = Parameters<Builder['call']>[0]
/** Anything that another step may wait for. */
type Step = NonNullable<NonNullable<Parameters<Builder['call']>[3]>['after']>[number]
type Core = ReturnType<typeof deployCore>
type Token = { name: string; symbol: string; decimals: number }

/** A feed that the deployment brings itself. Anybody may push answers, in the feed's decimals; `answer` is the first. */
export type LocalFeed = { kind: 'local'; answer: bigint }
/** A Chainlink feed of the network, alone or as the median with sources that exist already. */
export type ChainlinkFeed = {
  kind: 'chainlink'
  proxy: Address
  /** Uptime feed of the rollup and how long it must be up again before new risk. */
  sequencer?: { feed: Address; graceSeconds: bigint } | undefined
  others?: { sources: readonly Address[]; quorum: bigint } | undefined
}

export type UnderlyingPlan = {
  parameters: UnderlyingParameters
  feed: LocalFeed | ChainlinkFeed
  /** Collateral token; absent: a mintable one is deployed. */
  token?: Address | undefined
}

export type Plan = {
  underlyings: readonly UnderlyingPlan[]
  /** Settlement token; absent: a mintable one is deployed. */
  usd?: Address | undefined
  /** Holders of the roles; absent: the deployer. */
  governance?: Address | undefined
  guardian?: Address | undefined
  /** Seconds between schedule and execution of what governance does. */
  governanceDelay: number
  /** Signers of the perpetuals' premium, any order, and how many of them a message needs. */
  premiumSigners: readonly Address[]
  premiumQuorum: bigint
  /** The same for the volatility surfaces. */
  surfaceSigners: readonly Address[]
  surfaceQuorum: bigint
  /** The same for the statistics of past prices. */
  historySigners: readonly Address[]
  historyQuorum: bigint
}

export function plimsollModule(plan: Plan) {
  return buildModule('Plimsoll', (m) => {
    const accessManager = m.contract('AccessManager', [m.getAccount(0)])
    const usd = deployToken(m, plan.usd, USD.token)
    const core = deployCore(m, plan, accessManager, usd)
    const listed = listAll(m, plan, core)
    const wired = wire(m, core)
    const permitted = permit(m, plan, accessManager, core, [...listed, ...wired])
    const seal = m.call(core.clearinghouse, 'seal', [], { after: wired })
    handOver(m, plan, accessManager, [...permitted, seal])
    return { accessManager, usd, ...core }
  })
}

/** A token of the network, or on local networks one that anybody may mint. */
function deployToken(m: Builder, address: Address | undefined, { name, symbol, decimals }: Token) {
  const id = `token_${symbol}`
  if (address) return m.contractAt('MockToken', address, { id })
  return m.contract('MockToken', [name, symbol, decimals], { id })
}

function deployCore(m: Builder, plan: Plan, accessManager: Contract, usd: Contract) {
  const markets = m.contract('Markets', [accessManager])
  const series = m.contract('Series', [accessManager, markets])
  const surfaces = m.contract('Surfaces', [accessManager, series])
  const tails = m.contract('Tails', [accessManager, series])
  const engine = m.contract('MarginEngine')
  const clearinghouse = m.contract('Clearinghouse', [accessManager, tails])
  const settlement = m.contract('Settlement', [accessManager, clearinghouse])
  const vault = m.contract('Vault', [accessManager, clearinghouse, usd])
  const auction = m.contract('Auction', [clearinghouse])
  const exchange = m.contract('Exchange', [clearinghouse])
  const gateway = m.contract('Gateway', [clearinghouse, vault, exchange, PERMIT2])
  const premiumFeed = m.contract('PremiumFeed', [
    accessManager,
    markets,
    ascending(plan.premiumSigners),
    plan.premiumQuorum,
  ])
  const surfaceFeed = m.contract('SurfaceFeed', [
    accessManager,
    surfaces,
    ascending(plan.surfaceSigners),
    plan.surfaceQuorum,
  ])
  const historyFeed = m.contract('HistoryFeed', [
    accessManager,
    tails,
    ascending(plan.historySigners),
    plan.historyQuorum,
  ])
  const feeds = { premiumFeed, surfaceFeed, historyFeed }
  const modules = { settlement, vault, auction, exchange, gateway }
  return { markets, series, surfaces, tails, engine, clearinghouse, ...modules, ...feeds }
}

/** Feeds take their signers ascending. */
function ascending(signers: readonly Address[]): Address[] {
  return [...signers].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
}

/** Engine, modules and settlement: they take effect at once until `seal`. */
function wire(
  m: Builder,
  { clearinghouse, series, engine, settlement, vault, auction, exchange, gateway }: Core,
): Step[] {
  const modules = { vault, auction, exchange, settlement, gateway }
  const calls = Object.entries(modules).map(([name, module]) =>
    m.call(clearinghouse, 'scheduleModule', [module, true], { id: `module_${name}` }),
  )
  const settles = m.call(series, 'setSettlement', [settlement])
  return [m.call(clearinghouse, 'scheduleEngine', [engine]), settles, ...calls]
}

/** Lists every underlying with its collateral, one after the other: ids count up in the order of the plan. */
function listAll(m: Builder, plan: Plan, { markets, series, vault }: Core): Step[] {
  const usdOutflow = m.call(vault, 'setOutflow', [USD_ASSET, USD.deposits.outflow], { id: 'outflow_USD' })
  const usdCap = m.call(vault, 'setDepositCap', [USD_ASSET, USD.deposits.cap], { id: 'cap_USD' })
  const calls: Step[] = [usdOutflow, usdCap]
  let previous: Step[] = []
  plan.underlyings.forEach(({ parameters, feed, token }, i) => {
    const { symbol, deposits, risk, limits, lotUnit, terms, volatility } = parameters
    const collateral = deployToken(m, token, parameters.token)
    const source = deploySource(m, symbol, parameters.feed, feed)
    const name = stringToHex(symbol, { size: 32 })
    const listing = [name, source.contract, parameters.token.decimals, true, lotUnit, volatility, risk, limits]
    const list = m.call(markets, 'list', listing, { id: `list_${symbol}`, after: [...previous, ...source.after] })
    const asset = [i + 1, collateral, deposits.cap, deposits.outflow]
    const setTerms = m.call(series, 'setRiskTerms', [i + 1, terms], { id: `terms_${symbol}`, after: [list] })
    calls.push(list, setTerms, m.call(vault, 'listAsset', asset, { id: `asset_${symbol}`, after: [list] }))
    previous = [list]
  })
  return calls
}

/** The price source of one underlying and what must have happened before it may be read. */
function deploySource(m: Builder, symbol: string, parameters: FeedParameters, feed: LocalFeed | ChainlinkFeed) {
  const { decimals, minAnswer, maxAnswer, stalenessSeconds, confidence } = parameters
  const after: Step[] = []
  let proxy: Contract | Address
  if (feed.kind === 'local') {
    proxy = m.contract('MockAggregator', [decimals, minAnswer, maxAnswer, zeroAddress], { id: `feed_${symbol}` })
    after.push(m.call(proxy, 'push', [feed.answer], { id: `push_${symbol}` }))
  } else {
    proxy = feed.proxy
  }
  const sequencer = feed.kind === 'chainlink' ? feed.sequencer : undefined
  const config = {
    feed: proxy,
    sequencer: sequencer?.feed ?? zeroAddress,
    stalenessSeconds,
    graceSeconds: sequencer?.graceSeconds ?? 0n,
    confidence,
    minAnswer,
    maxAnswer,
  }
  const chainlink = m.contract('ChainlinkSource', [config], { id: `source_${symbol}`, after })
  const others = feed.kind === 'chainlink' ? feed.others : undefined
  if (!others) return { contract: chainlink, after }
  const members = [chainlink, ...others.sources]
  return { contract: m.contract('AggregateSource', [members, others.quorum], { id: `aggregate_${symbol}` }), after }
}

/** Roles: who may call what, after everything is wired with the deployer's own admin role. */
function permit(m: Builder, plan: Plan, accessManager: Contract, core: Core, after: Step[]): Step[] {
  const targets = {
    Clearinghouse: core.clearinghouse,
    Markets: core.markets,
    Vault: core.vault,
    PremiumFeed: core.premiumFeed,
    Series: core.series,
    Surfaces: core.surfaces,
    Tails: core.tails,
    Settlement: core.settlement,
    SurfaceFeed: core.surfaceFeed,
    HistoryFeed: core.historyFeed,
  }
  const calls: Step[] = []
  for (const { contract, role, signatures } of permissions()) {
    const args = [targets[contract], selectors(signatures), ROLES[role]]
    calls.push(m.call(accessManager, 'setTargetFunctionRole', args, { id: `permit_${contract}_${role}`, after }))
  }
  for (const [role, id] of Object.entries(ROLES)) {
    calls.push(m.call(accessManager, 'labelRole', [id, role], { id: `label_${role}` }))
  }
  const deployer = m.getAccount(0)
  const grants = [
    { role: 'GOVERNANCE', holder: plan.governance ?? deployer, delay: plan.governanceDelay },
    { role: 'GUARDIAN', holder: plan.guardian ?? plan.governance ?? deployer, delay: 0 },
    { role: 'FEED', holder: core.premiumFeed, delay: 0 },
    { role: 'FEED', holder: core.surfaceFeed, delay: 0, id: 'grant_FEED_surfaces' },
    { role: 'FEED', holder: core.historyFeed, delay: 0, id: 'grant_FEED_history' },
    { role: 'SURFACES', holder: core.surfaces, delay: 0 },
    { role: 'TAILS', holder: core.tails, delay: 0 },
    { role: 'SETTLEMENT', holder: core.settlement, delay: 0 },
  ] as const
  for (const { role, holder, delay, ...rest } of grants) {
    calls.push(m.call(accessManager, 'grantRole', [ROLES[role], holder, delay], { id: `grant_${role}`, ...rest }))
  }
  // A guardian may also cancel what governance has scheduled.
  calls.push(m.call(accessManager, 'setRoleGuardian', [ROLES.GOVERNANCE, ROLES.GUARDIAN], { id: 'guard_GOVERNANCE' }))
  return calls
}

/** Governance becomes the only admin of the access manager; without one the deployer stays (local networks). */
function handOver(m: Builder, plan: Plan, accessManager: Contract, after: Step[]): void {
  if (!plan.governance) return
  const grant = [ADMIN_ROLE, plan.governance, plan.governanceDelay]
  const granted = m.call(accessManager, 'grantRole', grant, { id: 'grant_ADMIN', after })
  const deployer = m.getAccount(0)
  m.call(accessManager, 'renounceRole', [ADMIN_ROLE, deployer], { id: 'renounce_ADMIN', after: [granted] })
}
