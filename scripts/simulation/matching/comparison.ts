/** The exchange's fills on the chain against the matcher's journal: none lost, none doubled, none from elsewhere. */
import { DatabaseSync } from 'node:sqlite'
import { exchangeAbi } from '@plimsoll/sdk'
import {
  type Address,
  decodeEventLog,
  encodeEventTopics,
  getAddress,
  type Hex,
  isAddressEqual,
  numberToHex,
} from 'viem'
import type { Site } from '../site.ts'

/** One fill as the exchange reports it. */
export type SettledFill = {
  maker: Hex
  taker: Hex
  units: bigint
  block: number
  transaction: Hex
  /** Who sent the transaction, and to which contract. */
  sender: Address
  to: Address | undefined
}

export type Comparison = {
  onChain: number
  /** Settled by the matcher. */
  byMatcher: number
  /** Settled by a keeper inside the callback of a liquidation. */
  inCallback: number
  /** Settled by anybody else, or by a keeper on the exchange itself. */
  elsewhere: number
  /** The journal has them as settled, the chain has no such fill. */
  lost: number
  /** The matcher's on the chain beyond those of the journal. */
  doubled: number
}

export type JournalRecord = {
  settled: readonly Pick<SettledFill, 'maker' | 'taker' | 'units'>[]
  matches: number
  /** Matches that were taken back, by reason. */
  unwound: Readonly<Record<string, number>>
  /** Transactions by what became of them. */
  batches: Readonly<Record<string, number>>
  /** Orders that trade no more, by reason. */
  ended: Readonly<Record<string, number>>
}

type RawLog = { topics: [Hex, ...Hex[]]; data: Hex; blockNumber: Hex; transactionHash: Hex }

/** All fills since the deployment, oldest first. */
export async function fillsOnChain({ chain, deployment, deployedAt }: Site): Promise<SettledFill[]> {
  const topics = encodeEventTopics({ abi: exchangeAbi, eventName: 'Filled' })
  const range = { fromBlock: numberToHex(deployedAt), toBlock: 'latest' }
  const logs = await chain.rpc.call<RawLog[]>('eth_getLogs', [{ address: deployment.exchange, topics, ...range }])
  const hashes = [...new Set(logs.map(({ transactionHash }) => transactionHash))]
  const calls = hashes.map((hash) => ({ method: 'eth_getTransactionByHash', params: [hash] }))
  const sent = (await chain.rpc.batch(calls)) as { from: Address; to: Address | null }[] // the method's result
  const senders = new Map(hashes.map((hash, i) => [hash, sent[i]]))
  return logs.map(({ topics: own, data, blockNumber, transactionHash }) => {
    const { args } = decodeEventLog({ abi: exchangeAbi, eventName: 'Filled', topics: own, data })
    const transaction = senders.get(transactionHash)
    if (!transaction) throw new Error(`The node has no transaction ${transactionHash}, whose logs it gave.`)
    return {
      maker: args.makerHash,
      taker: args.takerHash,
      units: args.units,
      block: Number(blockNumber),
      transaction: transactionHash,
      sender: getAddress(transaction.from),
      to: transaction.to === null ? undefined : getAddress(transaction.to),
    }
  })
}

/** What a matcher wrote down. It must have stopped: it has the file locked while it runs. */
export function readJournal(path: string): JournalRecord {
  const db = new DatabaseSync(path)
  try {
    const counts = (query: string) =>
      Object.fromEntries(
        db
          .prepare(query)
          .all()
          .map(({ name, count }) => [String(name ?? 'none'), Number(count)]),
      )
    const settled = db.prepare(`SELECT maker, taker, units FROM matches WHERE status IN ('settled', 'final')`).all()
    return {
      settled: settled.map(({ maker, taker, units }) => {
        return { maker: maker as Hex, taker: taker as Hex, units: BigInt(String(units)) } // hashes as the journal keeps them
      }),
      matches: Number(db.prepare('SELECT count(*) AS count FROM matches').get()?.count),
      unwound: counts(
        `SELECT reason AS name, count(*) AS count FROM matches WHERE status = 'failed' GROUP BY reason ORDER BY reason`,
      ),
      batches: counts('SELECT status AS name, count(*) AS count FROM batches GROUP BY status ORDER BY status'),
      ended: counts(
        `SELECT reason AS name, count(*) AS count FROM orders WHERE status = 'done' GROUP BY reason ORDER BY reason`,
      ),
    }
  } finally {
    db.close()
  }
}

export type Settlers = { matcher: Address; keepers: readonly Address[]; exchange: Address }

/** Fills that `keeper` settled through another contract than the exchange: in liquidations. */
export function callbackFills(fills: readonly SettledFill[], keeper: Address, exchange: Address): number {
  return fills.filter(({ sender, to }) => sender === keeper && to !== undefined && !isAddressEqual(to, exchange)).length
}

export function compareFills(
  fills: readonly SettledFill[],
  journal: Pick<JournalRecord, 'settled'>,
  { matcher, keepers, exchange }: Settlers,
): Comparison {
  const own = fills.filter(({ sender }) => sender === matcher)
  const inCallback = keepers.reduce((sum, keeper) => sum + callbackFills(fills, keeper, exchange), 0)
  const open = new Map<string, number>()
  const key = ({ maker, taker, units }: Pick<SettledFill, 'maker' | 'taker' | 'units'>) => `${maker} ${taker} ${units}`
  for (const fill of own) open.set(key(fill), (open.get(key(fill)) ?? 0) + 1)
  for (const match of journal.settled) open.set(key(match), (open.get(key(match)) ?? 0) - 1)
  const excess = [...open.values()]
  return {
    onChain: fills.length,
    byMatcher: own.length,
    inCallback,
    elsewhere: fills.length - own.length - inCallback,
    lost: excess.reduce((sum, count) => sum + Math.max(0, -count), 0),
    doubled: excess.reduce((sum, count) => sum + Math.max(0, count), 0),
  }
}
