import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Accounts, MarginBook } from '../../src/batch/marginBook.ts'
import { emptyMatrix } from '../../src/batch/matrix.ts'
import { refreshMatrix, refreshUnderlying } from '../../src/batch/refresh.ts'
import type { Results } from '../../src/batch/results.ts'
import { DomainError } from '../../src/errors.ts'
import { Random } from '../../src/math/random.ts'
import { accountsOf, LAYOUT, marketOf, parametersOf } from './universe.ts'

const COUNT = 60

/** Positions and cash of all accounts, as maps: the slow way to keep them. */
class Ledger {
  readonly cash: number[]
  readonly positions: Map<number, number>[]
  readonly #modes: Uint8Array

  constructor({ starts, instruments, quantities, cash, modes }: Accounts) {
    this.cash = [...cash]
    this.#modes = modes
    this.positions = this.cash.map((_, account) => {
      const slots = Array.from(instruments.keys()).slice(starts[account], starts[account + 1])
      return new Map(slots.map((slot) => [instruments[slot] ?? 0, quantities[slot] ?? 0]))
    })
  }

  accounts(): Accounts {
    const starts = new Uint32Array(this.cash.length + 1)
    for (const [account, map] of this.positions.entries()) starts[account + 1] = (starts[account] ?? 0) + map.size
    return {
      starts,
      instruments: Uint32Array.from(this.positions.flatMap((map) => [...map.keys()])),
      quantities: Float64Array.from(this.positions.flatMap((map) => [...map.values()])),
      cash: Float64Array.from(this.cash),
      modes: this.#modes,
    }
  }
}

/** Bits, so that 0 and -0 differ and NaN equals itself. */
function bitsOf(results: Results): Uint8Array[] {
  return Object.values(results).map((column) => new Uint8Array(column.buffer))
}

const event = fc.oneof(
  fc.record({ kind: fc.constant('tick' as const), underlying: fc.nat(LAYOUT.underlyings.length - 1) }),
  fc.record({
    kind: fc.constant('position' as const),
    account: fc.nat(COUNT - 1),
    instrument: fc.nat(LAYOUT.instruments.length - 1),
    quantity: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({ kind: fc.constant('cash' as const), account: fc.nat(COUNT - 1), cash: fc.integer({ min: -9, max: 9 }) }),
)

describe('incremental margin', () => {
  it('equals full margin to the bit after any ticks and events', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.array(event, { maxLength: 40 }),
      (seed, events) => {
        const random = new Random(seed)
        const market = marketOf(random)
        const parameters = parametersOf(random, market)
        const matrix = emptyMatrix(LAYOUT)
        refreshMatrix(LAYOUT, matrix, market, parameters)
        const { accounts } = accountsOf(random, LAYOUT, COUNT)
        const ledger = new Ledger(accounts)
        const book = new MarginBook(LAYOUT, matrix, accounts)
        book.remargin()
        for (const each of events) {
          if (each.kind === 'tick') {
            const name = LAYOUT.underlyings[each.underlying] ?? ''
            refreshUnderlying(LAYOUT, matrix, name, marketOf(random), parameters)
            book.tick(each.underlying)
          } else if (each.kind === 'cash') {
            ledger.cash[each.account] = each.cash
            book.setCash(each.account, each.cash)
          } else {
            ledger.positions[each.account]?.set(each.instrument, each.quantity)
            if (each.quantity === 0) ledger.positions[each.account]?.delete(each.instrument)
            book.setPosition(each.account, each.instrument, each.quantity)
          }
        }
        const fresh = new MarginBook(LAYOUT, matrix, ledger.accounts())
        fresh.remargin()
        assert.deepEqual(bitsOf(book.results), bitsOf(fresh.results))
        book.remargin()
        assert.deepEqual(bitsOf(book.results), bitsOf(fresh.results))
      },
    )
    fc.assert(property, { seed: 3, numRuns: 60 })
  })

  it('equals full margin to the bit when rows outgrow their room again and again', () => {
    const random = new Random(6)
    const market = marketOf(random)
    const matrix = emptyMatrix(LAYOUT)
    refreshMatrix(LAYOUT, matrix, market, parametersOf(random, market))
    const { accounts } = accountsOf(random, LAYOUT, 5)
    const ledger = new Ledger(accounts)
    const book = new MarginBook(LAYOUT, matrix, accounts)
    book.remargin()
    for (let i = 0; i < 400; i++) {
      const [account, instrument] = [random.integer(5), random.integer(LAYOUT.instruments.length)]
      ledger.positions[account]?.set(instrument, 1 + i)
      book.setPosition(account, instrument, 1 + i)
    }
    const fresh = new MarginBook(LAYOUT, matrix, ledger.accounts())
    fresh.remargin()
    assert.equal(book.positions, fresh.positions)
    assert.deepEqual(bitsOf(book.results), bitsOf(fresh.results))
  })

  it('touches the holders of the underlying that moved and nobody else', () => {
    const random = new Random(4)
    const market = marketOf(random)
    const matrix = emptyMatrix(LAYOUT)
    refreshMatrix(LAYOUT, matrix, market, parametersOf(random, market))
    const { accounts, portfolios } = accountsOf(random, LAYOUT, 200, 3)
    const book = new MarginBook(LAYOUT, matrix, accounts)
    for (const [underlying, name] of LAYOUT.underlyings.entries()) {
      const holders = portfolios.map(({ positions }) =>
        positions.some(({ instrument }) => instrument.underlying === name),
      )
      book.results.bound.fill(-1)
      const touched = book.tick(underlying)
      assert.equal(touched, holders.filter(Boolean).length)
      assert.deepEqual(
        [...book.results.bound].map((bound) => bound >= 0),
        holders,
      )
    }
  })

  it('refuses accounts, instruments and quantities that cannot be', () => {
    const random = new Random(5)
    const { accounts } = accountsOf(random, LAYOUT, 3)
    const book = new MarginBook(LAYOUT, emptyMatrix(LAYOUT), accounts)
    const spot = LAYOUT.kindOf.indexOf(0)
    assert.throws(() => book.setPosition(3, 0, 1), DomainError)
    assert.throws(() => book.setPosition(0, LAYOUT.instruments.length, 1), DomainError)
    assert.throws(() => book.setPosition(0, 1, Number.NaN), DomainError)
    assert.throws(() => book.setPosition(0, spot, -1), DomainError)
    assert.throws(() => book.setCash(-1, 0), DomainError)
    assert.throws(() => book.setCash(0, Number.POSITIVE_INFINITY), DomainError)
  })
})
