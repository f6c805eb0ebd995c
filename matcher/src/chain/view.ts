/** What the matcher knows of the chain, all of one block: read in the background, used without waiting. */
import type { Head } from '@plimsoll/keeper/service'
import {
  type AccountId,
  encodeInstrumentId,
  type Instrument,
  isDated,
  linearSnapshot,
  type Order,
  type Snapshot,
} from '@plimsoll/sdk'
import { zeroHash } from 'viem'
import { RefusedError } from '../errors.ts'
import type { AccountState, ExchangePort, Group, Slot } from './port.ts'

export type ChainState = {
  readonly head: Head
  /** Rows of all instruments that live orders trade or their accounts hold. */
  readonly snapshot: Snapshot
  /** Those instruments, by id. */
  readonly instruments: ReadonlyMap<bigint, Instrument>
  readonly accounts: ReadonlyMap<AccountId, AccountState>
  /** Units filled by slot; 2^128 - 1 when cancelled. */
  readonly filled: ReadonlyMap<string, bigint>
  readonly grouped: ReadonlyMap<string, bigint>
}

export const slotKey = ({ accountId, nonce }: Slot) => `${accountId}:${nonce}`
export const groupKey = ({ accountId, group }: Group) => `${accountId}:${group}`

/** What has to be known about some orders. */
type Interest = {
  readonly slots: Map<string, Slot>
  readonly groups: Map<string, Group>
  readonly accounts: Set<AccountId>
  readonly instruments: Map<bigint, Instrument>
}

const NOWHERE: Head = { number: -1n, hash: zeroHash, timestamp: 0n, baseFee: 0n }

export class ChainView {
  readonly #port: ExchangePort
  #state: ChainState = {
    head: NOWHERE,
    snapshot: linearSnapshot([]),
    instruments: new Map(),
    accounts: new Map(),
    filled: new Map(),
    grouped: new Map(),
  }
  /** Orders that were asked for since the last block: not live yet, but about to be. */
  #recent: Order[] = []
  #wanted: Order[] = []
  #loading: Promise<void> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(port: ExchangePort) {
    this.#port = port
  }

  get state(): ChainState {
    return this.#state
  }

  /**
   * Loads what is needed to judge `order`; from then on `state` has it. Requests that wait are served together.
   * @throws RefusedError for an expiry that no surface has quoted
   */
  async require(order: Order): Promise<void> {
    await this.#requireSurfaces(order)
    this.#recent.push(order)
    if (this.knows(order)) return
    this.#wanted.push(order)
    this.#loading ??= this.#exclusively(async () => {
      this.#loading = undefined
      const wanted = this.#wanted.splice(0)
      this.#state = await this.#extended(this.#state, interestOf(wanted))
    })
    await this.#loading
  }

  /**
   * Moves on to the chain's newest block, told of `live` orders; what nobody needs is forgotten. `adopt` runs with the new
   * state in place, before anything else does. Nothing is read when there is no new block.
   */
  advance(live: () => Iterable<Order>, adopt: (head: Head) => Promise<(isNew: boolean) => void>): Promise<void> {
    return this.#exclusively(async () => {
      const head = await this.#port.head()
      const isNew = head.hash !== this.#state.head.hash
      const finish = await adopt(head)
      const recent = this.#recent
      if (isNew) {
        const next = await this.#stateAt(head, [...live(), ...recent])
        this.#recent = this.#recent.filter((order) => !recent.includes(order))
        this.#state = await this.#extended(next, interestOf(this.#recent))
      }
      finish(isNew)
    })
  }

  async #stateAt(head: Head, orders: readonly Order[]): Promise<ChainState> {
    const { head: last, ...known } = this.#state
    const interest = interestOf(orders)
    const isSameChain =
      last.number >= 0n && last.number <= head.number && (await this.#port.hashAt(last.number)) === last.hash
    const none = { instruments: new Map(), accounts: new Map(), filled: new Map(), grouped: new Map() }
    const base = { ...known, ...none, head }
    if (!isSameChain) return this.#extended(base, interest)
    const touched = await this.#port.touched(last.number + 1n, head.number)
    const stale = new Set([...touched.slots.map(slotKey), ...touched.groups.map(groupKey), ...touched.accounts])
    const keep = <T, key extends string>(values: ReadonlyMap<key, T>, wanted: { has(key: key): boolean }) =>
      new Map([...values].filter(([key]) => wanted.has(key) && !stale.has(key)))
    const kept = {
      ...base,
      accounts: keep(known.accounts, interest.accounts),
      filled: keep(known.filled, interest.slots),
      grouped: keep(known.grouped, interest.groups),
    }
    return this.#extended(kept, interest)
  }

  /** `state` with what it lacks of `interest`, and the matrix of all instruments that matter. */
  async #extended(state: ChainState, interest: Interest): Promise<ChainState> {
    const at = state.head.number
    const slots = [...interest.slots].filter(([key]) => !state.filled.has(key))
    const groups = [...interest.groups].filter(([key]) => !state.grouped.has(key))
    const ids = [...interest.accounts].filter((id) => !state.accounts.has(id))
    const [filled, grouped, accounts] = await Promise.all([
      this.#port.filled(
        slots.map(([, slot]) => slot),
        at,
      ),
      this.#port.grouped(
        groups.map(([, group]) => group),
        at,
      ),
      this.#port.accounts(ids, at),
    ])
    const all = new Map([...state.accounts, ...zip(ids, accounts)])
    return {
      ...state,
      ...(await this.#matrix(state, interest, all)),
      accounts: all,
      filled: new Map([
        ...state.filled,
        ...zip(
          slots.map(([key]) => key),
          filled,
        ),
      ]),
      grouped: new Map([
        ...state.grouped,
        ...zip(
          groups.map(([key]) => key),
          grouped,
        ),
      ]),
    }
  }

  /** Read anew in a new block, and when there are more instruments than before. */
  async #matrix(
    { head, snapshot, instruments: known }: ChainState,
    { instruments }: Interest,
    accounts: ReadonlyMap<AccountId, AccountState>,
  ): Promise<Pick<ChainState, 'snapshot' | 'instruments'>> {
    const held = [...accounts.values()].flatMap(({ portfolio }) => portfolio.positions.map((one) => one.instrument))
    const all = new Map([...known, ...instruments])
    for (const instrument of held) all.set(encodeInstrumentId(instrument), instrument)
    const isCurrent = snapshot.time === Number(head.timestamp) && all.size === known.size
    if (isCurrent) return { snapshot, instruments: known }
    return { snapshot: await this.#port.matrix([...all.values()], head.number), instruments: all }
  }

  /** Whether `state` has all that judging `order` takes. */
  knows(order: Order): boolean {
    const { filled, grouped, accounts, instruments } = this.#state
    const hasGroup = order.group === zeroHash || grouped.has(groupKey(order))
    const hasLegs = order.legs.every(({ instrument }) => instruments.has(encodeInstrumentId(instrument)))
    return filled.has(slotKey(order)) && hasGroup && accounts.has(order.accountId) && hasLegs
  }

  async #requireSurfaces({ legs }: Order): Promise<void> {
    for (const { instrument } of legs) {
      if (!isDated(instrument) || this.#state.instruments.has(encodeInstrumentId(instrument))) continue
      if (await this.#port.isQuoted(instrument, this.#state.head.number)) continue
      const { underlying, expiry } = instrument
      const message = `No surface has quoted expiry ${expiry} of underlying ${underlying}. Trade a listed expiry.`
      throw new RefusedError({ code: 'UnknownExpiry', message, details: { underlying, expiry } })
    }
  }

  /** One task after the other: each sees the state that the last one left. */
  #exclusively<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task, task)
    this.#last = result
    return result
  }
}

function interestOf(orders: Iterable<Order>): Interest {
  const interest: Interest = { slots: new Map(), groups: new Map(), accounts: new Set(), instruments: new Map() }
  for (const order of orders) {
    interest.slots.set(slotKey(order), order)
    if (order.group !== zeroHash) interest.groups.set(groupKey(order), order)
    interest.accounts.add(order.accountId)
    for (const { instrument } of order.legs) interest.instruments.set(encodeInstrumentId(instrument), instrument)
  }
  return interest
}

function zip<key, value>(keys: readonly key[], values: readonly value[]): [key, value][] {
  return keys.flatMap((key, index) => {
    const value = values[index]
    return value === undefined ? [] : [[key, value] as [key, value]]
  })
}
