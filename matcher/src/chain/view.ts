/** What the matcher knows of the chain, all of one block: read in the background, used without waiting. */
import type { Head } from '@plimsoll/keeper/service'
import {
  type AccountId,
  encodeInstrumentId,
  type Instrument,
  isDated,
  linearSnapshot,
  type Order,
  type Signer,
  type Snapshot,
} from '@plimsoll/sdk'
import { type Address, zeroHash } from 'viem'
import { RefusedError } from '../errors.ts'
import type { AccountState, ExchangePort, Group, Key, Slot } from './port.ts'

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
  /** Operators and session keys that signed live orders. */
  readonly signers: ReadonlyMap<string, Signer>
}

/** An order, and the operator or session key that signed it: none when the owner did, or a contract says so. */
export type Claim = { readonly order: Order; readonly key: Address | undefined }

export const slotKey = ({ accountId, nonce }: Slot) => `${accountId}:${nonce}`
export const groupKey = ({ accountId, group }: Group) => `${accountId}:${group}`
export const signerKey = ({ accountId, address }: Key) => `${accountId}:${address}`

/** What has to be known about some orders. */
type Interest = {
  readonly slots: Map<string, Slot>
  readonly groups: Map<string, Group>
  readonly accounts: Set<AccountId>
  readonly instruments: Map<bigint, Instrument>
  readonly keys: Map<string, Key>
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
    signers: new Map(),
  }
  /** Orders that were asked for since the last block: not live yet, but about to be. */
  #recent: Claim[] = []
  #wanted: Claim[] = []
  #loading: Promise<void> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(port: ExchangePort) {
    this.#port = port
  }

  get state(): ChainState {
    return this.#state
  }

  /**
   * Loads what is needed to judge the order; from then on `state` has it. Requests that wait are served together.
   * @throws RefusedError for an expiry that no surface has quoted
   */
  async require(claim: Claim): Promise<void> {
    await this.#requireSurfaces(claim.order)
    this.#recent.push(claim)
    if (this.knows(claim)) return
    this.#wanted.push(claim)
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
  advance(live: () => Iterable<Claim>, adopt: (head: Head) => Promise<(isNew: boolean) => void>): Promise<void> {
    return this.#exclusively(async () => {
      const head = await this.#port.head()
      const isNew = head.hash !== this.#state.head.hash
      const finish = await adopt(head)
      const recent = this.#recent
      if (isNew) {
        const next = await this.#stateAt(head, [...live(), ...recent])
        this.#recent = this.#recent.filter((claim) => !recent.includes(claim))
        this.#state = await this.#extended(next, interestOf(this.#recent))
      }
      finish(isNew)
    })
  }

  async #stateAt(head: Head, claims: readonly Claim[]): Promise<ChainState> {
    const { head: last, ...known } = this.#state
    const interest = interestOf(claims)
    const isSameChain =
      last.number >= 0n && last.number <= head.number && (await this.#port.hashAt(last.number)) === last.hash
    const base = { ...known, ...emptied(), head }
    if (!isSameChain) return this.#extended(base, interest)
    const touched = await this.#port.touched(last.number + 1n, head.number)
    const keys = [...touched.slots.map(slotKey), ...touched.groups.map(groupKey), ...touched.keys.map(signerKey)]
    const stale = new Set([...keys, ...touched.accounts])
    const keep = <T, key extends string>(values: ReadonlyMap<key, T>, wanted: { has(key: key): boolean }) =>
      new Map([...values].filter(([key]) => wanted.has(key) && !stale.has(key)))
    const kept = {
      ...base,
      accounts: keep(known.accounts, interest.accounts),
      filled: keep(known.filled, interest.slots),
      grouped: keep(known.grouped, interest.groups),
      // A session key's budget comes back with time.
      signers: new Map([...keep(known.signers, interest.keys)].filter(([, { kind }]) => kind === 'operator')),
    }
    return this.#extended(kept, interest)
  }

  /** `state` with what it lacks of `interest`, and the matrix of all instruments that matter. */
  async #extended(state: ChainState, interest: Interest): Promise<ChainState> {
    const at = state.head.number
    const ids = new Map([...interest.accounts].map((id) => [id, id]))
    const [filled, grouped, accounts, signers] = await Promise.all([
      completed(state.filled, interest.slots, (slots) => this.#port.filled(slots, at)),
      completed(state.grouped, interest.groups, (groups) => this.#port.grouped(groups, at)),
      completed(state.accounts, ids, (unknown) => this.#port.accounts(unknown, at)),
      completed(state.signers, interest.keys, (keys) => this.#port.signers(keys, at)),
    ])
    return { ...state, ...(await this.#matrix(state, interest, accounts)), accounts, filled, grouped, signers }
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

  /** Whether `state` has all that judging the order takes. */
  knows({ order, key }: Claim): boolean {
    const { filled, grouped, accounts, instruments, signers } = this.#state
    const hasGroup = order.group === zeroHash || grouped.has(groupKey(order))
    const hasLegs = order.legs.every(({ instrument }) => instruments.has(encodeInstrumentId(instrument)))
    const hasSigner = key === undefined || signers.has(signerKey({ accountId: order.accountId, address: key }))
    return filled.has(slotKey(order)) && hasGroup && accounts.has(order.accountId) && hasLegs && hasSigner
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

function emptied() {
  return { instruments: new Map(), accounts: new Map(), filled: new Map(), grouped: new Map(), signers: new Map() }
}

function interestOf(claims: Iterable<Claim>): Interest {
  const interest: Interest = {
    slots: new Map(),
    groups: new Map(),
    accounts: new Set(),
    instruments: new Map(),
    keys: new Map(),
  }
  for (const { order, key: address } of claims) {
    const { accountId } = order
    interest.slots.set(slotKey(order), order)
    if (order.group !== zeroHash) interest.groups.set(groupKey(order), order)
    interest.accounts.add(accountId)
    for (const { instrument } of order.legs) interest.instruments.set(encodeInstrumentId(instrument), instrument)
    if (address !== undefined) interest.keys.set(signerKey({ accountId, address }), { accountId, address })
  }
  return interest
}

/** `known` with the values of all `wanted` that it lacks. */
async function completed<key, question, value>(
  known: ReadonlyMap<key, value>,
  wanted: ReadonlyMap<key, question>,
  read: (questions: readonly question[]) => Promise<value[]>,
): Promise<ReadonlyMap<key, value>> {
  const missing = [...wanted].filter(([key]) => !known.has(key))
  const values = await read(missing.map(([, question]) => question))
  const found = missing.flatMap(([key], index) => {
    const value = values[index]
    return value === undefined ? [] : [[key, value] as const]
  })
  return new Map([...known, ...found])
}
