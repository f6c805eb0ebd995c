/** Reads blocks with dated instruments: the whole market matrix, and sums over vectors that the contracts return. */
import {
  type AccountId,
  clearinghouseAbi,
  encodeInstrumentId,
  type Instrument,
  isDated,
  isSystemAccount,
} from '@plimsoll/sdk'
import { decodeFunctionResult, encodeFunctionData, type Hex } from 'viem'
import type { Ledger } from '../ledger.ts'
import { call, Observer, type Vector } from '../observer.ts'
import { matrixData, type OptionWorld } from './optionWorld.ts'

const SHIFT = 128n
const CLEARING_BIT = 1n << 95n

export class OptionObserver extends Observer {
  readonly #ids: readonly number[]
  readonly #traded: readonly Instrument[]
  readonly #listedAt: number
  #ledger: Ledger | undefined

  constructor(world: OptionWorld) {
    super(world)
    this.#ids = world.deployment.underlyings.map(({ id }) => id)
    this.#traded = world.instruments
    this.#listedAt = world.listedAt
  }

  /** From now on the books change only among themselves: rows of what somebody in `ledger` holds are enough. */
  follow(ledger: Ledger): void {
    this.#ledger = ledger
  }

  protected override snapshotData(number: number): Hex {
    if (number < this.#listedAt) return matrixData(this.#ids, [])
    return matrixData(this.#ids, this.#ledger ? heldIn(this.#ledger) : this.#traded)
  }

  /** Vectors, with the lots of clearing accounts, which the contract keeps by instrument. */
  override async portfolios(accounts: readonly AccountId[], block: Hex | 'latest' = 'latest'): Promise<Vector[]> {
    const vectors = await super.portfolios(accounts, block)
    return Promise.all(
      vectors.map(async (vector, i) => {
        const account = accounts[i]
        if (account === undefined || !isClearing(account)) return vector
        return { ...vector, positions: await this.#cleared(account, block) }
      }),
    )
  }

  async #cleared(account: AccountId, block: Hex | 'latest'): Promise<bigint[]> {
    const expiry = Number(BigInt.asUintN(40, BigInt(account)))
    const underlying = Number((BigInt(account) >> 40n) & 0xffn)
    const own = this.#traded.filter((each) => each.underlying === underlying && each.expiry === expiry)
    const { chain, deployment } = this.site
    const functionName = 'lotsOf'
    const calls = own.map((instrument) => {
      const args = [account, encodeInstrumentId(instrument)] as const
      return call(deployment.clearinghouse, encodeFunctionData({ abi: clearinghouseAbi, functionName, args }), block)
    })
    const answers = (await chain.rpc.batch(calls)) as Hex[] // results of the calls
    return answers.flatMap((data, i) => {
      const lots = decodeFunctionResult({ abi: clearinghouseAbi, functionName, data })
      const id = own[i] && encodeInstrumentId(own[i])
      return lots === 0n || id === undefined ? [] : [(id << SHIFT) | BigInt.asUintN(128, lots)]
    })
  }

  /** Added up here: the instruments are too many to be looked up one by one on chain. */
  protected override async sums(accounts: readonly AccountId[], at: Hex) {
    const vectors = await this.portfolios(accounts, at)
    const lots = new Map<bigint, bigint>()
    for (const word of vectors.flatMap(({ positions }) => positions)) {
      const id = word >> SHIFT
      lots.set(id, (lots.get(id) ?? 0n) + BigInt.asIntN(128, word))
    }
    return { cash: vectors.reduce((sum, { cash }) => sum + cash, 0n), lots, unknownPositions: 0n }
  }
}

function isClearing(account: AccountId): boolean {
  return isSystemAccount(account) && (BigInt(account) & CLEARING_BIT) !== 0n
}

/** Every dated instrument that an owner holds, each once. */
function heldIn(ledger: Ledger): Instrument[] {
  const held = new Map<bigint, Instrument>()
  for (const account of ledger.accounts()) {
    if (isSystemAccount(account)) continue
    for (const { instrument } of ledger.portfolio(account).positions) {
      if (isDated(instrument)) held.set(encodeInstrumentId(instrument), instrument)
    }
  }
  return [...held.values()]
}
