/**
 * SPAN from risk arrays: scan risk, intra-commodity charge, delivery charge, inter-commodity credit, short option minimum.
 *
 *     requirement of a commodity = max(short option minimum, scan + intra + delivery - inter credit)
 *     total = sum of requirements - net option value                    (what cash must cover)
 *
 * Arrays are of one long contract, losses positive, 16 numbers. Source: CME Group, "SPAN Methodology".
 */
import { DomainError } from '../../errors.ts'
import { pairedScenario, SPAN_SCENARIOS } from './scenarios.ts'
import { type Deltas, type InterSpread, type IntraSpread, interCredits, intraCharge } from './spreads.ts'

/** A position as SPAN sees it: a quantity, a risk array, a delta. */
export type SpanPosition = {
  /** Contracts, negative for a short. */
  readonly quantity: number
  /** Risk array of one long contract, USD, losses positive. */
  readonly losses: ArrayLike<number>
  /** Composite delta of one contract. */
  readonly delta: number
  /** Delivery period, such as a month. */
  readonly period: string
  /** Of options: right and value of one contract, USD. */
  readonly option?: { readonly kind: 'call' | 'put'; readonly value: number } | undefined
}

/** USD per delta of the spot month: consumed by spreads, and left outright. */
export type DeliveryCharge = { readonly period: string; readonly perSpread: number; readonly perOutright: number }

/** A combined commodity: positions that are scanned together, and what is charged beside. */
export type SpanCommodity = {
  readonly name: string
  readonly positions: readonly SpanPosition[]
  readonly spreads: readonly IntraSpread[]
  readonly delivery?: DeliveryCharge | undefined
  /** USD per short option; `greater`: only of the right with more shorts. */
  readonly shortOption: { readonly rate: number; readonly rule: 'sum' | 'greater' }
}

/** One commodity's part, USD. */
export type SpanCommodityResult = {
  readonly name: string
  /** Loss of the portfolio in each scenario. */
  readonly losses: Float64Array
  readonly scanRisk: number
  /** Index of the scenario of scan risk, from 0; -1 without risk. */
  readonly activeScenario: number
  readonly timeRisk: number
  readonly volatilityRisk: number
  /** Weighted price risk of one delta. */
  readonly weightedPriceRisk: number
  readonly netDelta: number
  readonly intra: number
  readonly delivery: number
  readonly interCredit: number
  readonly shortOptionMinimum: number
  readonly requirement: number
  readonly netOptionValue: number
}

/** max over scenarios of the loss, floored at 0, and where. @throws DomainError for a loss that is not a number */
export function scanRisk(losses: ArrayLike<number>): { risk: number; scenario: number } {
  let risk = 0
  let scenario = -1
  for (let i = 0; i < losses.length; i++) {
    const loss = losses[i] ?? 0
    if (Number.isNaN(loss)) throw new DomainError(`loss of scenario ${i}`, loss, 'a number')
    if (loss > risk) {
      risk = loss
      scenario = i
    }
  }
  return { risk, scenario }
}

/** Sum of quantity times array over the positions. @throws DomainError for an array without 16 numbers */
export function commodityLosses(positions: readonly SpanPosition[]): Float64Array {
  const sum = new Float64Array(SPAN_SCENARIOS)
  for (const { quantity, losses } of positions) {
    if (losses.length !== SPAN_SCENARIOS) throw new DomainError('losses.length', losses.length, `${SPAN_SCENARIOS}`)
    for (let i = 0; i < SPAN_SCENARIOS; i++) sum[i] = (sum[i] ?? 0) + quantity * (losses[i] ?? 0)
  }
  return sum
}

/**
 * Scan risk without its parts from volatility and time: what prices alone may cost.
 * time risk = mean loss of scenarios 1 and 2; volatility risk = half the difference of the active scenario and its pair.
 */
function riskParts(
  losses: Float64Array,
): Pick<SpanCommodityResult, 'scanRisk' | 'activeScenario' | 'timeRisk' | 'volatilityRisk'> {
  const { risk, scenario } = scanRisk(losses)
  const timeRisk = ((losses[0] ?? 0) + (losses[1] ?? 0)) / 2
  const volatilityRisk = scenario < 0 ? 0 : (risk - (losses[pairedScenario(scenario)] ?? 0)) / 2
  return { scanRisk: risk, activeScenario: scenario, timeRisk, volatilityRisk }
}

function netDeltas(positions: readonly SpanPosition[]): Deltas {
  const deltas: Deltas = new Map()
  for (const { period, quantity, delta } of positions) deltas.set(period, (deltas.get(period) ?? 0) + quantity * delta)
  return deltas
}

function deliveryCharge(before: number, after: number, { perSpread, perOutright }: DeliveryCharge): number {
  return perSpread * (Math.abs(before) - Math.abs(after)) + perOutright * Math.abs(after)
}

/** Short options times rate, of both rights or of the one with more shorts. */
export function shortOptionMinimum({ positions, shortOption }: SpanCommodity): number {
  const shorts = (kind: 'call' | 'put') =>
    positions.reduce((sum, { quantity, option }) => sum + (option?.kind === kind ? Math.max(0, -quantity) : 0), 0)
  const [calls, puts] = [shorts('call'), shorts('put')]
  return shortOption.rate * (shortOption.rule === 'sum' ? calls + puts : Math.max(calls, puts))
}

/** A commodity apart from the others: no inter-commodity credit yet. */
export function commodityRisk(commodity: SpanCommodity): SpanCommodityResult {
  const { name, positions, spreads, delivery } = commodity
  const losses = commodityLosses(positions)
  const parts = riskParts(losses)
  const deltas = netDeltas(positions)
  const netDelta = [...deltas.values()].reduce((sum, delta) => sum + delta, 0)
  const inSpotMonth = delivery === undefined ? 0 : (deltas.get(delivery.period) ?? 0)
  const intra = intraCharge(deltas, spreads)
  const delivered = delivery === undefined ? 0 : deliveryCharge(inSpotMonth, deltas.get(delivery.period) ?? 0, delivery)
  const minimum = shortOptionMinimum(commodity)
  const priceRisk = Math.max(0, parts.scanRisk - parts.volatilityRisk - parts.timeRisk)
  return {
    name,
    losses,
    ...parts,
    weightedPriceRisk: netDelta === 0 ? 0 : priceRisk / Math.abs(netDelta),
    netDelta,
    intra,
    delivery: delivered,
    interCredit: 0,
    shortOptionMinimum: minimum,
    requirement: Math.max(minimum, parts.scanRisk + intra + delivered),
    netOptionValue: positions.reduce((sum, { quantity, option }) => sum + quantity * (option?.value ?? 0), 0),
  }
}

/**
 * All commodities with their inter-commodity credits.
 * `requirement` is on equity, which holds the value of options; `netRequirement` on cash.
 */
export function spanRequirement(
  commodities: readonly SpanCommodity[],
  interSpreads: readonly InterSpread[],
): { commodities: SpanCommodityResult[]; requirement: number; netRequirement: number } {
  const apart = commodities.map(commodityRisk)
  const deltas: Deltas = new Map(apart.map(({ name, netDelta }) => [name, netDelta]))
  const priceRisk = new Map(apart.map(({ name, weightedPriceRisk }) => [name, weightedPriceRisk]))
  const credits = interCredits(deltas, interSpreads, priceRisk)
  const together = apart.map((one) => {
    const interCredit = credits.get(one.name) ?? 0
    const risk = one.scanRisk + one.intra + one.delivery - interCredit
    return { ...one, interCredit, requirement: Math.max(one.shortOptionMinimum, risk) }
  })
  const requirement = together.reduce((sum, one) => sum + one.requirement, 0)
  const optionValue = together.reduce((sum, one) => sum + one.netOptionValue, 0)
  return { commodities: together, requirement, netRequirement: requirement - optionValue }
}
