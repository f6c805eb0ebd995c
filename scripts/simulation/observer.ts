/** Reads one block: its transactions with their events, and the market and sums that hold after it. */
import {
  type AccountId,
  auctionAbi,
  clearinghouseAbi,
  decodeSnapshot,
  encodeInstrumentId,
  encodeUnderlyingSet,
  exchangeAbi,
  historyFeedAbi,
  marketsAbi,
  type PositionWord,
  perpetualOf,
  resellerAbi,
  type Snapshot,
  seriesAbi,
  settlementAbi,
  spotOf,
  surfaceFeedAbi,
  surfacesAbi,
  tailsAbi,
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
  numberToHex,
  parseAbi,
  toFunctionSelector,
} from 'viem'
import type { MovedEvent } from './ledger.ts'
import type { RpcCall } from './rpc.ts'
import { FEED_ABI, type Site } from './site.ts'

const LENS_ABI = parseAbi([
  'function totals(address clearinghouse, bytes32[] accounts, uint128[] instruments) view returns (int256 cash, int256[] lots, uint256 positions, uint256 counted)',
  'function portfolios(address clearinghouse, bytes32[] accounts) view returns ((uint8 mode, int256 cash, uint256[] positions)[])',
])
const BALANCE_ABI = parseAbi(['function balanceOf(address owner) view returns (uint256)'])
const EVENTS = [...clearinghouseAbi, ...auctionAbi, ...surfacesAbi, ...seriesAbi, ...settlementAbi, ...tailsAbi].filter(
  (item) => item.type === 'event',
)
/** Names that two contracts have are told apart by what they do. */
const RENAMED = new Map([
  [toFunctionSelector('settle(bytes32[])'), 'settleAccounts'],
  [toFunctionSelector('touch(uint256,uint128[])'), 'refresh'],
  ...historyFeedAbi
    .filter((each) => each.type === 'function' && each.name === 'post')
    .map((each): [Hex, string] => [toFunctionSelector(each), 'postHistory']),
  ...resellerAbi
    .filter((each) => each.type === 'function' && (each.name === 'liquidate' || each.name === 'convert'))
    .map((each): [Hex, string] => [toFunctionSelector(each), `${each.name}AndSell`]),
])
const ACTIONS = new Map(
  [surfaceFeedAbi, settlementAbi, seriesAbi, FEED_ABI, marketsAbi, exchangeAbi, vaultAbi, auctionAbi, clearinghouseAbi]
    .flat()
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
  | { kind: 'flagged' | 'unflagged'; account: AccountId }
  /** `fraction` of the way taken, WAD: below 1 clamped, 0 the old surface stays. */
  | { kind: 'surface'; underlying: number; timestamp: bigint; fraction: bigint }
  /** Caps as taken. `offset`: millionths, that the history supports from now on. */
  | { kind: 'history'; underlying: number; timestamp: bigint; posted: bigint; offset: bigint }
  | { kind: 'rolled'; underlying: number; number: bigint }
  | { kind: 'settled'; account: AccountId; underlying: number; expiry: number; price: bigint; cash: bigint }

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
  /** By instrument id. */
  lots: ReadonlyMap<bigint, bigint>
  /** Positions that no known instrument covers: 0, or the sums say nothing. */
  unknownPositions: bigint
  /** Of asset 0, 1, .. in token units: what the vault owes and what it holds. */
  owed: readonly bigint[]
  held: readonly bigint[]
  ratio: bigint
}

type Sums = Pick<Totals, 'cash' | 'lots' | 'unknownPositions'>

/** An account as the clearinghouse returns it. */
export type Vector = { mode: number; cash: bigint; positions: readonly PositionWord[] }

export type BlockView = {
  number: number
  timestamp: number
  snapshot: Snapshot
  transactions: Transaction[]
}

export class Observer {
  protected readonly site: Site
  protected readonly set: bigint
  /** Spot and perpetual of every underlying. */
  readonly #instruments: readonly bigint[]
  readonly #ours: ReadonlySet<string>

  constructor(site: Site) {
    const { underlyings, clearinghouse, auction, surfaces, series, settlement, tails } = site.deployment
    this.site = site
    this.set = encodeUnderlyingSet(underlyings.map(({ id }) => id))
    this.#instruments = underlyings.flatMap(({ id }) => [spotOf(id), perpetualOf(id)].map(encodeInstrumentId))
    this.#ours = new Set(
      [clearinghouse, auction, surfaces, series, settlement, tails].map((address) => address.toLowerCase()),
    )
  }

  async read(number: number): Promise<BlockView> {
    const { rpc } = this.site.chain
    const at = numberToHex(number)
    const [block, answer] = await rpc.batch([
      { method: 'eth_getBlockByNumber', params: [at, true] },
      call(this.site.deployment.clearinghouse, this.snapshotData(number), at),
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

  /** Accounts as the contract has them after `block`, a number in hex. */
  async portfolios(accounts: readonly AccountId[], block: Hex | 'latest' = 'latest'): Promise<readonly Vector[]> {
    const { chain, deployment, lens } = this.site
    const args = [deployment.clearinghouse, accounts] as const
    const data = encodeFunctionData({ abi: LENS_ABI, functionName: 'portfolios', args })
    const result = await chain.rpc.call<Hex>('eth_call', [{ to: lens, data }, block])
    return decodeFunctionResult({ abi: LENS_ABI, functionName: 'portfolios', data: result })
  }

  /** The call whose answer, of the shape of `snapshot`, values all that anybody holds after block `number`. */
  protected snapshotData(_number: number): Hex {
    return encodeFunctionData({ abi: clearinghouseAbi, functionName: 'snapshot', args: [this.set] })
  }

  /** What the chain says of all `accounts` together after block `number`. */
  async totals(accounts: readonly AccountId[], number: number): Promise<Totals> {
    const at = numberToHex(number)
    const [sums, assets] = await Promise.all([this.sums(accounts, at), this.#assets(at)])
    return { ...sums, ...assets }
  }

  /** Cash and lots over all `accounts`, added up by the chain. */
  protected async sums(accounts: readonly AccountId[], at: Hex): Promise<Sums> {
    const { chain, deployment, lens } = this.site
    const args = [deployment.clearinghouse, accounts, this.#instruments] as const
    const totals = { abi: LENS_ABI, functionName: 'totals' } as const
    const data = await chain.rpc.call<Hex>('eth_call', [
      { to: lens, data: encodeFunctionData({ ...totals, args }) },
      at,
    ])
    const [cash, lots, positions, counted] = decodeFunctionResult({ ...totals, data })
    const byInstrument = this.#instruments.map((id, i): [bigint, bigint] => [id, lots[i] ?? 0n])
    return { cash, lots: new Map(byInstrument), unknownPositions: positions - counted }
  }

  async #assets(at: Hex): Promise<Omit<Totals, keyof Sums>> {
    const { vault, usd, underlyings } = this.site.deployment
    const tokens = [usd, ...underlyings.map(({ token }) => token)]
    const balance = encodeFunctionData({ abi: BALANCE_ABI, functionName: 'balanceOf', args: [vault] })
    const owed = (asset: number) =>
      encodeFunctionData({ abi: vaultAbi, functionName: 'internalBalance', args: [asset] })
    const answers = (await this.site.chain.rpc.batch([
      call(vault, encodeFunctionData({ abi: vaultAbi, functionName: 'withdrawalRatio' }), at),
      ...tokens.map((_, asset) => call(vault, owed(asset), at)),
      ...tokens.map((token) => call(token, balance, at)),
    ])) as Hex[] // words
    const [ratio = 0n, ...assets] = answers.map((word) => hexToBigInt(word))
    return { owed: assets.slice(0, tokens.length), held: assets.slice(tokens.length), ratio }
  }

  #transaction({ hash, input }: RawBlock['transactions'][number], receipt: RawReceipt | undefined): Transaction {
    if (!receipt) throw new Error(`The node has no receipt of ${hash}, which it has mined.`)
    const selector = input.slice(0, 10) as Hex
    const ours = receipt.logs.filter(({ address }) => this.#ours.has(address.toLowerCase()))
    return {
      hash,
      action: RENAMED.get(selector) ?? ACTIONS.get(selector) ?? selector,
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
    case 'Flagged':
      return [{ kind: 'flagged', account: args.account }]
    case 'Unflagged':
      return [{ kind: 'unflagged', account: args.account }]
    case 'SurfacePosted':
      return [{ kind: 'surface', ...args }]
    case 'HistorySet':
      return [{ kind: 'history', ...args }]
    case 'EpochRolled':
      return [{ kind: 'rolled', underlying: args.underlying, number: args.number }]
    case 'Settled':
      return [{ kind: 'settled', ...args }]
    default:
      return []
  }
}

export function call(to: Address, data: Hex, at: Hex | 'latest'): RpcCall {
  return { method: 'eth_call', params: [{ to, data }, at] }
}
