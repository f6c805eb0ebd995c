import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { type Hex, maxUint128, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import {
  callOf,
  decodeError,
  encodeInstrumentId,
  encodeSettle,
  exchangeAbi,
  FEES,
  futureOf,
  type Instrument,
  KINDS,
  type Leg,
  type OrderIssue,
  type OrderParameters,
  oppositeLegs,
  orderTypedData,
  ownerOf,
  type PlimsollError,
  perpetualOf,
  putOf,
  quoteStructure,
  type Snapshot,
  simulateSettle,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, ETH, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const SEED = 0x706c696d
const RUNS = 200
const GROUP = toHex(1n, { size: 32 })
const STRANGER = '0x000000000000000000000000000000000000dEaD'
const CANCELLED = 1_000_001n
const FILLED = 1_000_002n
/** Of the session keys of all traders: enough for small losses. */
const BUDGET = WAD
const NARROW = privateKeyToAccount(toHex(0x6e6172726f77n, { size: 32 }))
const WIDE = privateKeyToAccount(toHex(0x77696465n, { size: 32 }))

/** Instruments that trade, by index; 5 is off the grid, 7 has no surface. */
const COMMON = [0, 1, 2, 3, 4, 6]

/** Mostly `usual`, so that a fill has few faults. */
const rarely = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 30, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })

const side = fc.record({
  signer: fc.constantFrom('wide', 'wide', 'wide', 'owner', 'owner', 'narrow', 'nobody'),
  nonce: rarely(0n, CANCELLED, FILLED),
  epoch: rarely(0n, 1n),
  expiry: rarely(86_400, 0, -1),
  executor: rarely<Hex | undefined>(undefined, STRANGER),
  taker: rarely<Hex | undefined>(undefined, STRANGER),
  group: rarely<Hex | undefined>(undefined, GROUP),
  minFill: rarely(1n, 0n, 30n),
  maxFee: rarely(maxUint128, 0n, 10n ** 15n),
  minSpot: rarely(0n, 40_000n * WAD, 40_000n * WAD + 1n),
  maxSpot: rarely(maxUint128, 40_000n * WAD, 40_000n * WAD - 1n),
  reduceOnly: rarely(false, true),
  tip: fc.oneof({ weight: 8, arbitrary: fc.constant(0n) }, fc.bigInt(0n, WAD / 20n)),
  tipReceiver: rarely<Hex | undefined>(undefined, FEES),
})
type Side = typeof side extends fc.Arbitrary<infer T> ? T : never

const fills = fc.record({
  legs: fc.array(
    fc.tuple(fc.constantFrom(...COMMON, ...COMMON, ...COMMON, ...COMMON, 5, 7), rarely(1n, -1n, 2n, -3n)),
    { minLength: 1, maxLength: 3 },
  ),
  units: rarely(20n, 1n, 7n, 40n, 0n),
  /** Of the net mark, USD per unit. */
  overMark: fc.bigInt(-WAD / 20n, WAD / 20n),
  /** What the taker would pay more, USD per unit. */
  slack: fc.bigInt(0n, WAD),
  maker: side,
  taker: side,
})

describe('what the SDK says of a fill', () => {
  let world: SdkWorld
  let maker: Trader
  let taker: Trader
  let instruments: Instrument[]
  /** Of all instruments that have a row, as the chain stands. */
  let matrix: Snapshot

  before(async () => {
    world = await createSdkWorld()
    ;[maker, taker] = await world.createTraders(['maker', 'taker'], 500_000n)
    await world.networkHelpers.time.increase(31)
    await world.postSurface(BTC, (8n * WAD) / 10n)
    const [near = 0, , month = 0] = world.expiries
    const at = (strike: bigint) => strike * 10n ** 8n
    const options = [callOf(BTC, month, at(42_000n)), putOf(BTC, near, at(38_000n)), callOf(BTC, month, at(42_001n))]
    const dated = [...options, futureOf(BTC, month), callOf(BTC, month + 86_400, at(42_000n))]
    instruments = [perpetualOf(BTC), perpetualOf(BTC), perpetualOf(ETH), ...dated]
    for (const trader of [maker, taker]) await setKeys(trader, near + 10 ** 6)
    await world.trade(taker, maker, 30n)
    for (const [one, other] of [
      [maker, taker],
      [taker, maker],
    ] as const)
      await useUp(one, other)
    matrix = await maker.client.getMatrix({ instruments: instruments.slice(0, -1) }) // the last one has no row
  })

  async function setKeys(trader: Trader, expiry: number) {
    const { accountId } = trader
    const terms = { expiry, kinds: KINDS, underlyings: [BTC, ETH], dailyLoss: BUDGET }
    await world.mine(trader.client.setSessionKey({ accountId, key: WIDE.address, terms }))
    const narrow = { ...terms, kinds: ['perpetual'], underlyings: [BTC] } as const
    await world.mine(trader.client.setSessionKey({ accountId, key: NARROW.address, terms: narrow }))
    await world.mine(trader.client.cancelOrder({ accountId, nonces: [CANCELLED] }))
  }

  /** Leaves 5 units on the slot FILLED and 5 in the group, and loses some of the budget of a key. */
  async function useUp(trader: Trader, other: Trader) {
    const limitPrice = 4n * WAD + 10n ** 15n
    const order = await world.order(trader, 1n, {
      ...{ nonce: FILLED, units: 10n, group: GROUP, groupCap: 10n, limitPrice },
    })
    const makerSignature = await WIDE.signTypedData(orderTypedData(world.deployment, order))
    const opposite = await world.order(other, -1n, { limitPrice: -limitPrice })
    await world.mine(other.client.settle({ fills: [{ maker: order, makerSignature, taker: opposite, units: 5n }] }))
    const { spent } = await trader.client.getSessionKey({ accountId: trader.accountId, key: WIDE.address })
    assert.ok(spent > 0n && spent < BUDGET)
  }

  async function signedOrder(trader: Trader, { signer, expiry, ...terms }: Side, legs: Leg[], limitPrice: bigint) {
    const now = Number(await world.now())
    const units = terms.nonce === FILLED ? 10n : 25n
    const groupCap = terms.group ? 10n : 0n
    const given: Partial<OrderParameters> = { ...terms, legs, limitPrice, units, groupCap, expiry: now + expiry }
    const { nonce, ...rest } = given
    const order = await world.order(trader, 1n, nonce === 0n ? rest : given)
    const key = { owner: trader.account, wide: WIDE, narrow: NARROW, nobody: privateKeyToAccount(GROUP) }[signer]
    return { order, signature: await key.signTypedData(orderTypedData(world.deployment, order)) }
  }

  type Drawn = typeof fills extends fc.Arbitrary<infer T> ? T : never

  function markOf(legs: Leg[]): bigint {
    const known = legs.filter(({ instrument }) => instruments.indexOf(instrument) < instruments.length - 1)
    return quoteStructure(matrix, known).mark
  }

  /** The exchange's refusal and the SDK's issues, all of one block. */
  async function judge(drawn: Drawn) {
    const legs = drawn.legs.map(([index, ratio]) => ({ instrument: instruments[index] ?? perpetualOf(BTC), ratio }))
    const price = markOf(legs) + drawn.overMark
    const [a, b] = [
      await signedOrder(maker, drawn.maker, legs, price),
      await signedOrder(taker, drawn.taker, oppositeLegs(legs), drawn.slack - price),
    ]
    const common = { units: drawn.units, executor: taker.account.address }
    const [ofMaker, ofTaker] = [a, b].map(({ order, signature }, index) =>
      taker.client.validateOrder({
        ...{ ...common, order, signature, role: index === 0 ? 'maker' : 'taker' },
        counterparty: ownerOf((index === 0 ? b : a).order.accountId),
        closes: (index === 0 ? b : a).order.reduceOnly,
        price: index === 0 ? price : -price,
      }),
    )
    const fill = { maker: a.order, makerSignature: a.signature, taker: b.order, takerSignature: b.signature }
    const issues = [...((await ofMaker)?.issues ?? []), ...((await ofTaker)?.issues ?? [])]
    return { fill: { ...fill, units: drawn.units }, issues }
  }

  it('first is what the exchange refuses it for, with the same numbers; and nothing when it does not', async () => {
    const seen = new Map<string, number>()
    const property = async (drawn: Drawn) => {
      const { fill, issues } = await judge(drawn)
      const refusal = await refusalOf(encodeSettle([fill]))
      const [issue] = issues
      const name = issue?.error ?? 'none'
      seen.set(name, (seen.get(name) ?? 0) + 1)
      assert.equal(refusal?.name, issue && `${issue.error}Error`)
      if (issue && refusal) assertSameNumbers(issue, refusal)
      const simulated = await simulateSettle(taker.client, { deployment: world.deployment, fills: [fill] })
      const expected = issue && !STOPS_ALL.has(issue.error) ? [`${issue.error}Error`] : []
      assert.deepEqual(
        simulated.skipped.map(({ error }) => error.name),
        expected,
      )
    }
    await fc.assert(fc.asyncProperty(fills, property), { seed: SEED, numRuns: RUNS })
    for (const name of ['none', 'LossAboveBudget', 'OutOfScope', 'BadSignature', 'NotReducing', 'OverFilled']) {
      assert.ok((seen.get(name) ?? 0) > 0, `${name} never drawn: ${[...seen.keys()]}`)
    }
  })

  /** What the exchange says; undefined when the clearinghouse has the last word. */
  async function refusalOf(data: Hex): Promise<PlimsollError | undefined> {
    const parameters = { account: taker.account.address, to: world.deployment.exchange, data }
    const error = await world.client.call(parameters).then(
      () => undefined,
      (cause: unknown) => decodeError(cause) ?? assert.fail(String(cause)),
    )
    return error && REFUSALS.has(error.name) ? error : undefined
  }
})

/** Without a row of the market there is nothing to judge any fill by. */
const STOPS_ALL: ReadonlySet<string> = new Set(['UnknownExpiry', 'StrikeOutOfRange'])
const REFUSALS: ReadonlySet<string> = new Set(
  [...exchangeAbi.flatMap((item) => (item.type === 'error' ? [item.name] : [])), ...STOPS_ALL].map(
    (name) => `${name}Error`,
  ),
)

function assertSameNumbers(issue: OrderIssue, error: PlimsollError): void {
  const values = new Map(Object.entries(error))
  for (const [name, value] of Object.entries(issue)) {
    if (name === 'instrument') assert.equal(values.get(name), encodeInstrumentId(value as Instrument))
    else if (typeof value === 'bigint' && values.has(name))
      assert.equal(values.get(name), value, `${issue.error}.${name}`)
  }
}
