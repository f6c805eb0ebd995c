/** Reads one block: its transactions with their events, and the market and sums that hold after it. */
import {
  type AccountId,
  auctionAbi,
  clearinghouseAbi,
  decodeSnapshot,
  encodeInstrumentId,
  encodeUnderlyingSet,
  exchangeAbi,
  marketsAbi,
  type Snapshot,
  vaultAbi,
} from '@plimsoll/sdk'
import {
  type Address,
  decodeEventLog,
  decodeFunctionResult,
  encodeFunctionData,
  getAddress,
  type Hex,
  hexToBigInt,
  isAddressEqual,
  numberToHex,
  parseAbi,
  toFunctionSelector,
} from 'viem'
import type { MovedEvent } from './ledger.ts'
import type { RpcCall } from './rpc.ts'
import { FEED_ABI, type World } from './world.ts'

const LENS_ABI = parseAbi([
  'function totals(address clearinghouse, bytes32[] accounts, uint128[] instruments) view returns (int256 cash, int256[] lots, uint256 positions, uint256 counted)',
  'function portfolios(address clearinghouse, bytes32[] accounts) view returns ((uint8 mode, int256 cash, uint256[] positions)[])',
])
const BALANCE_ABI = parseAbi(['function balanceOf(address owner) view returns (uint256)'])
const EVENTS = [...clearinghouseAbi, ...auctionAbi].filter((item) => item.type === 'event')
const ACTIONS = new Map(
  [...clearinghouseAbi, ...auctionAbi, ...vaultAbi, ...exchangeAbi, ...marketsAbi, ...FEED_ABI]
    .filter((item) => item.type === 'function')
    .map((item) => [toFunctionSelector(item), item.name]),
)

type Log = { address: Address; topics: [Hex, ...Hex[]]; data: Hex }
type RawReceipt = { status: Hex; gasUsed: Hex; effectiveGasPrice: Hex; from: Address; logs: Log[] }
type RawBlock = { timestamp: Hex; transactions: { hash: Hex; input: Hex; to: Address | null }[] }

type ProtocolEvent =
  | ({ kind: 'moved' } & MovedEvent)
  | { kind: 'sliced'; account: AccountId; keeper: AccountId; value: bigint; payment: bigint; topUp: bigint }
  | { kind: 'converted'; account: AccountId; keeper: AccountId; value: bigint; payment: bigint }
  | { kind: 'covered'; own: bigint; common: bigint; hole: bigint }
  | { kind: 'mode'; account: AccountId; mode: number }

export type Transaction = {
  hash: Hex
  /** Name of the called function of the protocol, or its selector. */
  action: string
  from: Address
  succeeded: boolean
  gas: bigint
  /** Wei per gas. */
  gasPrice: bigint
  events: ProtocolEvent[]
}

/** Sums that the chain itself gives: over all accounts, `CUSTODY` included. */
export type Totals = {
  cash: bigint
  /** In the order of the instruments. */
  lots: readonly bigint[]
  /** Positions that no known instrument covers: 0, or the sums say nothing. */
  unknownPositions: bigint
  /** Of asset 0, 1, .. in token units: what the vault owes and what it holds. */
  owed: readonly bigint[]
  held: readonly bigint[]
  ratio: bigint
}

export type BlockView = {
  number: number
  timestamp: number
  snapshot: Snapshot
  transactions: Transaction[]
}

export class Observer {
  readonly #world: World
  readonly #ids: readonly number[]
  /** Spot and perpetual of every underlying. */
  readonly instruments: readonly bigint[]

  constructor(world: World) {
    this.#world = world
    this.#ids = world.deployment.underlyings.map(({ id }) => id)
    this.instruments = this.#ids.flatMap((underlying) =>
      (['spot', 'perpetual'] as const).map((kind) => encodeInstrumentId({ underlying, kind, expiry: 0, strike: 0n })),
    )
  }

  async read(number: number): Promise<BlockView> {
    const { rpc } = this.#world.chain
    const at = numberToHex(number)
    const [block, answer] = await rpc.batch([
      { method: 'eth_getBlockByNumber', params: [at, true] },
      call(this.#world.deployment.clearinghouse, this.#snapshotData(), at),
    ])
    const { timestamp, transactions } = block as RawBlock
    const decoded = decodeFunctionResult({ abi: clearinghouseAbi, functionName: 'snapshot', data: answer as Hex })
    const receipts = (await rpc.batch(
      transactions.map(({ hash }) => ({ method: 'eth_getTransactionReceipt', params: [hash] })),
    )) as RawReceipt[]
    return {
      number,
      timestamp: Number(timestamp),
      snapshot: decodeSnapshot(decoded),
      transactions: transactions.map((transaction, i) => this.#transaction(transaction, receipts[i])),
    }
  }

  /** Every account as the contract has it. */
  async portfolios(accounts: readonly AccountId[]) {
    const { chain, deployment, lens } = this.#world
    const args = [deployment.clearinghouse, accounts] as const
    const data = encodeFunctionData({ abi: LENS_ABI, functionName: 'portfolios', args })
    const result = await chain.rpc.call<Hex>('eth_call', [{ to: lens, data }, 'latest'])
    return decodeFunctionResult({ abi: LENS_ABI, functionName: 'portfolios', data: result })
  }

  #snapshotData(): Hex {
    const args = [encodeUnderlyingSet(this.#ids)] as const
    return encodeFunctionData({ abi: clearinghouseAbi, functionName: 'snapshot', args })
  }

  /** What the chain says of all `accounts` together after block `number`. */
  async totals(accounts: readonly AccountId[], number: number): Promise<Totals> {
    const at = numberToHex(number)
    const { chain, deployment, lens } = this.#world
    const { clearinghouse, vault, usd, underlyings } = deployment
    const tokens = [usd, ...underlyings.map(({ token }) => token)]
    const sums = { abi: LENS_ABI, functionName: 'totals', args: [clearinghouse, accounts, this.instruments] } as const
    const balance = encodeFunctionData({ abi: BALANCE_ABI, functionName: 'balanceOf', args: [vault] })
    const owed = (asset: number) =>
      encodeFunctionData({ abi: vaultAbi, functionName: 'internalBalance', args: [asset] })
    const ratio = encodeFunctionData({ abi: vaultAbi, functionName: 'withdrawalRatio' })
    const answers = (await chain.rpc.batch([
      call(lens, encodeFunctionData(sums), at),
      call(vault, ratio, at),
      ...tokens.map((_, asset) => call(vault, owed(asset), at)),
      ...tokens.map((token) => call(token, balance, at)),
    ])) as Hex[]
    const [cash, lots, positions, counted] = decodeFunctionResult({
      abi: LENS_ABI,
      functionName: 'totals',
      data: answers[0] ?? '0x',
    })
    const numbers = answers.slice(1).map((word) => hexToBigInt(word))
    const [r = 0n, ...assets] = numbers
    return {
      cash,
      lots,
      unknownPositions: positions - counted,
      owed: assets.slice(0, tokens.length),
      held: assets.slice(tokens.length),
      ratio: r,
    }
  }

  #transaction({ hash, input }: RawBlock['transactions'][number], receipt: RawReceipt | undefined): Transaction {
    if (!receipt) throw new Error(`The node has no receipt of ${hash}, which it has mined.`)
    const { clearinghouse, auction } = this.#world.deployment
    const selector = input.slice(0, 10) as Hex
    const ours = receipt.logs.filter(
      ({ address }) => isAddressEqual(address, clearinghouse) || isAddressEqual(address, auction),
    )
    return {
      hash,
      action: ACTIONS.get(selector) ?? selector,
      from: getAddress(receipt.from),
      succeeded: receipt.status === '0x1',
      gas: hexToBigInt(receipt.gasUsed),
      gasPrice: hexToBigInt(receipt.effectiveGasPrice),
      events: ours.flatMap(decode),
    }
  }
}

function decode({ topics, data }: Log): ProtocolEvent[] {
  const { eventName, args } = decodeEventLog({ abi: EVENTS, topics, data })
  switch (eventName) {
    case 'Moved':
      return [{ kind: 'moved', ...args }]
    case 'Sliced':
      return [{ kind: 'sliced', ...args }]
    case 'Converted':
      return [{ kind: 'converted', ...args }]
    case 'Covered':
      return [{ kind: 'covered', ...args }]
    case 'ModeSet':
      return [{ kind: 'mode', ...args }]
    default:
      return []
  }
}

function call(to: Address, data: Hex, at: Hex): RpcCall {
  return { method: 'eth_call', params: [{ to, data }, at] }
}
