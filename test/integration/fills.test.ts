import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Address, type Hex, toHex } from 'viem'
import { compareFills, type SettledFill } from '../../scripts/simulation/matching/comparison.ts'

const RUNS = { seed: 6, numRuns: 300 }
const address = (number: number): Address => toHex(number, { size: 20 })
const [matcher, keeper, stranger, exchange, liquidations] = [1, 2, 3, 4, 5].map(address) as [
  Address,
  Address,
  Address,
  Address,
  Address,
]
const settlers = { matcher, keepers: [keeper], exchange }

/** Few values, so that fills of the same two orders and units repeat. */
const matches = fc.array(
  fc.record({ maker: fc.nat(2), taker: fc.nat(2), units: fc.bigInt(1n, 3n) }).map(({ maker, taker, units }) => ({
    maker: hash(maker),
    taker: hash(10 + taker),
    units,
  })),
  { minLength: 1, maxLength: 20 },
)

function hash(number: number): Hex {
  return toHex(number, { size: 32 })
}

function onChain(match: Pick<SettledFill, 'maker' | 'taker' | 'units'>, sender = matcher, to = exchange): SettledFill {
  return { ...match, sender, to, block: 1, transaction: hash(99) }
}

const clean = (count: number) => ({
  onChain: count,
  byMatcher: count,
  inCallback: 0,
  elsewhere: 0,
  lost: 0,
  doubled: 0,
})

describe('fills on the chain against a journal', () => {
  it('agree when each match of the journal was filled once, in whatever order', () => {
    fc.assert(
      fc.property(matches, (settled) => {
        const fills = settled.map((match) => onChain(match)).reverse()
        assert.deepEqual(compareFills(fills, { settled }, settlers), clean(settled.length))
      }),
      RUNS,
    )
  })

  it('show each fill that is missing and each that is there too often', () => {
    fc.assert(
      fc.property(matches, fc.nat(), fc.nat(), (settled, missing, repeated) => {
        const fills = settled.map((match) => onChain(match))
        const [twice] = fills.slice(repeated % fills.length)
        assert.ok(twice)
        const doubled = compareFills([...fills, twice], { settled }, settlers)
        assert.deepEqual(doubled, { ...clean(settled.length + 1), doubled: 1 })
        const lost = compareFills(fills.toSpliced(missing % fills.length, 1), { settled }, settlers)
        assert.deepEqual(lost, { ...clean(settled.length - 1), lost: 1 })
      }),
      RUNS,
    )
  })

  it("tell a keeper's fills inside a liquidation from those that anybody settles on the exchange", () => {
    fc.assert(
      fc.property(matches, (settled) => {
        const [match] = settled
        assert.ok(match)
        const own = settled.map((each) => onChain(each))
        const rest = { ...clean(settled.length), onChain: settled.length + 1 }
        const compared = (sender: Address, to: Address) =>
          compareFills([...own, onChain(match, sender, to)], { settled }, settlers)
        assert.deepEqual(compared(keeper, liquidations), { ...rest, inCallback: 1 })
        assert.deepEqual(compared(keeper, exchange), { ...rest, elsewhere: 1 })
        assert.deepEqual(compared(stranger, liquidations), { ...rest, elsewhere: 1 })
      }),
      RUNS,
    )
  })
})
