import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { normalCdf as referenceCdf } from '../../risk/src/math/normal.ts'
import { black76Price } from '../../risk/src/pricing/black76.ts'
import { LANES, type LaneParameters } from '../../risk/src/scenarios/lanes.ts'
import { callLanes, type StrikeQuote } from '../../risk/src/scenarios/riskArray.ts'
import { essviVariance } from '../../risk/src/surface/essvi.ts'
import {
  callValue,
  deviationFactors,
  lanesOf,
  lnWad,
  nodesOf,
  normalCdf,
  riskWords,
  totalVariance,
  WAD,
} from '../../sdk/src/index.ts'
import { acceptableSlice, many, signed } from './optionInputs.ts'
import type { Random } from './random.ts'

const SEED = 0x506c696d
/** What double precision may add to a lane, in units of 2^-15: 1e-15 of forward and strike, twice. */
const SLACK = 1e-9

/** The double nearest to a WAD number; a difference of two is taken in WAD, where it is exact. */
function toNumber(wad: bigint): number {
  return Number(wad) / 1e18
}

function fromNumber(value: number): bigint {
  return BigInt(Math.round(value * 1e18))
}

/** An option as listed: forward within a fifth of spot, strike within a factor of 4, an hour to two years. */
function quote(random: Random) {
  const spot = random.magnitude(10n ** 15n, 10n ** 24n)
  const forward = (spot * ((8n * WAD) / 10n + random.upTo((4n * WAD) / 10n))) / WAD
  const strike = (forward * (WAD / 4n + random.upTo((15n * WAD) / 4n))) / WAD
  const tau = 3_600n + random.upTo(random.oneIn(2) ? 10n * 86_400n : 730n * 86_400n)
  const volatility = WAD / 10n + random.upTo(2n * WAD)
  return { spot, forward, strike, tau, volatility, discount: (8n * WAD) / 10n + random.upTo(WAD / 4n) }
}

const SHOCKS = { up: WAD / 2n, down: WAD / 4n, downCap: (6n * WAD) / 10n }

function exactLanes({ spot, forward, strike, tau, volatility, discount }: ReturnType<typeof quote>, range: bigint) {
  const deviation = fromNumber(toNumber(volatility) * Math.sqrt(Number(tau) / 31_536_000))
  const { up, down } = deviationFactors(tau, SHOCKS)
  const logMoneyness = lnWad((forward * WAD) / strike)
  const [deviationUp, deviationDown] = [(deviation * up) / WAD, (deviation * down) / WAD]
  const terms = { spot, forward, strike, discount, logMoneyness, deviation, deviationUp, deviationDown }
  return lanesOf(riskWords(terms, nodesOf(range)))
}

function unroundedLanes(option: ReturnType<typeof quote>, range: bigint): Float64Array {
  const reference: StrikeQuote = {
    forward: toNumber(option.forward),
    strike: toNumber(option.strike),
    years: Number(option.tau) / 31_536_000,
    volatility: toNumber(option.volatility),
    discount: toNumber(option.discount),
    spot: toNumber(option.spot),
  }
  const parameters: LaneParameters = {
    range: toNumber(range),
    volatilityUp: 0.5,
    volatilityDown: 0.25,
    volatilityDownCap: 0.6,
    shockFloorDays: 2,
    laneUnit: 0,
  }
  const lanes = new Float64Array(LANES)
  callLanes(reference, parameters, lanes)
  return lanes.map((lane) => (lane / reference.spot) * 2 ** 15)
}

describe('the exact option mathematics against double precision:', () => {
  it('Phi is within 5e-16, of which the reference has 4e-16', () => {
    const points = many(20_000, SEED, (random) => signed(random, random.upTo(9n * WAD)))
    const errors = points.map((x) => Math.abs(toNumber(normalCdf(x) - fromNumber(referenceCdf(toNumber(x))))))
    assert.ok(Math.max(...errors) < 5e-16, `${Math.max(...errors)}`)
  })

  it('a call is within 1e-15 of forward and strike together', () => {
    for (const { forward, strike, tau, volatility } of many(5_000, SEED, quote)) {
      const years = Number(tau) / 31_536_000
      const deviation = fromNumber(toNumber(volatility) * Math.sqrt(years))
      const exact = callValue({ forward, strike, logMoneyness: lnWad((forward * WAD) / strike), deviation })
      const [f, k] = [toNumber(forward), toNumber(strike)]
      const reference = black76Price('call', f, k, years, toNumber(volatility), 1)
      assert.ok(Math.abs(toNumber(exact) - reference) <= 1e-15 * (f + k) + 2e-18, `${forward} ${strike} ${exact}`)
    }
  })

  it('the smile is within 1e-13 and a unit', () => {
    for (const { slice, k } of many(5_000, SEED, (random) => ({
      slice: acceptableSlice(random),
      k: signed(random, random.upTo(8n * WAD)),
    }))) {
      const { theta, rho, psi } = slice
      if (psi === 0n) continue // the float form divides by psi
      const parameters = { theta: toNumber(theta), rho: toNumber(rho), psi: toNumber(psi) }
      const reference = essviVariance(parameters, toNumber(k))
      const scale = parameters.theta + parameters.psi * Math.abs(toNumber(k))
      assert.ok(Math.abs(toNumber(totalVariance(slice, k)) - reference) <= 1e-13 * scale + 2e-18)
    }
  })

  it('lanes are the double-precision ones rounded down, within a unit of 2^-15', () => {
    for (const { option, range } of many(3_000, SEED, (random) => ({
      option: quote(random),
      range: (4n * WAD) / 100n + random.upTo((52n * WAD) / 100n),
    }))) {
      const reference = unroundedLanes(option, range)
      for (const [lane, exact] of exactLanes(option, range).entries()) {
        const rest = (reference[lane] ?? Number.NaN) - Number(exact)
        assert.ok(rest > -SLACK && rest < 1 + SLACK, `lane ${lane} of ${option.strike}: ${exact}, ${reference[lane]}`)
      }
    }
  })
})
