/**
 * What survives a crash: orders, matches and transactions in an SQLite file with a write-ahead log, synchronised to disk
 * before anybody is told. Locked for one process; the lock goes with the process, however it ends.
 */
import { DatabaseSync } from 'node:sqlite'
import type { Hex } from 'viem'
import type { LiveOrder, Match } from '../desk/liveOrder.ts'
import { JournalBusyError, JournalMismatchError, JournalVersionError, JournalWriteError } from '../errors.ts'
import type { Batch } from '../settlement/batch.ts'
import { packOrder } from './orderBody.ts'
import { type BatchRow, batchFrom, type MatchRow, matchFrom, type OrderRow, orderFrom, type TradeRow } from './rows.ts'

/** What one turn changed. */
export type Changes = {
  readonly orders: Iterable<LiveOrder>
  readonly matches: Iterable<Match>
  readonly batches: Iterable<Batch>
}

export type Restored = {
  /** Live orders, and those behind `matches`. */
  readonly orders: readonly LiveOrder[]
  /** Those that are not final, and those that a batch skipped which is not. */
  readonly matches: readonly Match[]
  /** Those that are not final, by nonce. */
  readonly batches: readonly Batch[]
  /** The largest numbers ever used; 0: none. */
  readonly last: { readonly seq: number; readonly match: number; readonly batch: number }
}

/** Of the schema; rises with every change of it. */
const VERSION = 2
const SCHEMA = `
  PRAGMA user_version = ${VERSION};
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS orders (
    hash TEXT PRIMARY KEY, seq INTEGER NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    signature TEXT NOT NULL, signed_by TEXT, status TEXT NOT NULL, reason TEXT, resting INTEGER NOT NULL, failures INTEGER NOT NULL,
    changed INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS orders_by_account ON orders (account, seq);
  CREATE TABLE IF NOT EXISTS matches (
    id INTEGER PRIMARY KEY, maker TEXT NOT NULL, taker TEXT NOT NULL, units TEXT NOT NULL, price TEXT NOT NULL,
    maker_cash TEXT NOT NULL, taker_cash TEXT NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, batch INTEGER, reason TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS matches_by_maker ON matches (maker);
  CREATE INDEX IF NOT EXISTS matches_by_taker ON matches (taker);
  CREATE INDEX IF NOT EXISTS open_matches ON matches (status) WHERE status NOT IN ('final', 'failed');
  CREATE TABLE IF NOT EXISTS batches (
    id INTEGER PRIMARY KEY, nonce INTEGER NOT NULL, status TEXT NOT NULL, hashes TEXT NOT NULL, raw TEXT NOT NULL,
    gas TEXT NOT NULL, max_fee TEXT NOT NULL, priority_fee TEXT NOT NULL, sent_block TEXT NOT NULL, mined_block TEXT
  ) STRICT;`

const OPEN_BATCHES = `SELECT * FROM batches WHERE status IN ('sent', 'mined') ORDER BY nonce`
/** Of a batch that is not final also those that it skipped. */
const OPEN_MATCHES = `SELECT * FROM matches
  WHERE status NOT IN ('final', 'failed') OR batch IN (SELECT id FROM (${OPEN_BATCHES})) ORDER BY id`
const OPEN_ORDERS = `SELECT * FROM orders WHERE status <> 'done'
  OR hash IN (SELECT maker FROM (${OPEN_MATCHES})) OR hash IN (SELECT taker FROM (${OPEN_MATCHES})) ORDER BY seq`
const DAY_MS = 86_400_000

export class Journal {
  readonly #path: string
  readonly #db: DatabaseSync
  readonly #statements

  /**
   * @param deployment Identifies chain and exchange: a journal of another one is refused.
   * @throws JournalBusyError, JournalVersionError, JournalMismatchError, JournalWriteError
   */
  constructor(path: string, deployment: string) {
    this.#path = path
    try {
      this.#db = new DatabaseSync(path)
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      requireVersion(this.#db, path)
      this.#db.exec(`BEGIN IMMEDIATE; ${SCHEMA}; COMMIT`)
    } catch (cause) {
      if (cause instanceof JournalVersionError) throw cause
      throw isBusy(cause) ? new JournalBusyError({ path, cause }) : new JournalWriteError({ path, cause })
    }
    this.#db.prepare(`INSERT OR IGNORE INTO meta VALUES ('deployment', ?)`).run(deployment)
    const actual = String(this.#db.prepare(`SELECT value FROM meta WHERE key = 'deployment'`).get()?.value)
    if (actual !== deployment) throw new JournalMismatchError({ path, expected: deployment, actual })
    const upsert = (table: string, columns: string) =>
      this.#db.prepare(`INSERT OR REPLACE INTO ${table} (${columns}) VALUES (${columns.replace(/\w+/g, '?')})`)
    this.#statements = {
      order: upsert(
        'orders',
        'hash, seq, account, kind, body, signature, signed_by, status, reason, resting, failures, changed',
      ),
      match: upsert('matches', 'id, maker, taker, units, price, maker_cash, taker_cash, at, status, batch, reason'),
      batch: upsert('batches', 'id, nonce, status, hashes, raw, gas, max_fee, priority_fee, sent_block, mined_block'),
    }
  }

  /** All of it or nothing, on disk when this returns. @throws JournalWriteError */
  write({ orders, matches, batches }: Changes, now: number): void {
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      for (const order of orders) this.#writeOrder(order, now)
      for (const match of matches) this.#writeMatch(match)
      for (const batch of batches) this.#writeBatch(batch)
      this.#db.exec('COMMIT')
    } catch (cause) {
      throw new JournalWriteError({ path: this.#path, cause })
    }
  }

  load(): Restored {
    const rows = this.#all<OrderRow>(OPEN_ORDERS).map(orderFrom)
    const orders = new Map(rows.map((order) => [order.hash, order]))
    const matches = this.#all<MatchRow>(OPEN_MATCHES).map((row) => matchFrom(row, orders))
    return {
      orders: rows,
      matches,
      batches: this.#all<BatchRow>(OPEN_BATCHES).map((row) => batchFrom(row, matches)),
      last: {
        seq: this.#largest('seq', 'orders'),
        match: this.#largest('id', 'matches'),
        batch: this.#largest('id', 'batches'),
      },
    }
  }

  /** An order of any age, or undefined. */
  order(hash: Hex): LiveOrder | undefined {
    const row = this.#db.prepare('SELECT * FROM orders WHERE hash = ?').get(hash)
    return row && orderFrom(row as OrderRow) // columns as declared in SCHEMA
  }

  /** What an order traded or tried to, oldest first. */
  matchesOf(hash: Hex): TradeRow[] {
    const query = `SELECT id, maker = ? AS is_maker, units, at, status, reason, price FROM matches
      WHERE maker = ? OR taker = ? ORDER BY id`
    return this.#db.prepare(query).all(hash, hash, hash) as TradeRow[] // columns as declared in SCHEMA
  }

  /** Forgets what ended more than `days` ago. */
  prune(days: number, now: number): void {
    const before = now - days * DAY_MS
    this.#db.prepare(`DELETE FROM matches WHERE status IN ('final', 'failed') AND at < ?`).run(before)
    const unused = `hash NOT IN (SELECT maker FROM matches) AND hash NOT IN (SELECT taker FROM matches)`
    this.#db.prepare(`DELETE FROM orders WHERE status = 'done' AND changed < ? AND ${unused}`).run(before)
  }

  close(): void {
    this.#db.close()
  }

  #writeOrder(live: LiveOrder, now: number) {
    const { hash, seq, order, key = null, kind, signature, status, reason = null, resting, failures } = live
    const body = packOrder(order)
    const flags = [resting ? 1 : 0, failures, now]
    this.#statements.order.run(hash, seq, order.accountId, kind, body, signature, key, status, reason, ...flags)
  }

  #writeMatch({ id, maker, taker, units, makerCash, takerCash, at, status, batch, reason }: Match) {
    const amounts = [units, maker.price, makerCash, takerCash].map(String)
    this.#statements.match.run(id, maker.hash, taker.hash, ...amounts, at, status, batch ?? null, reason ?? null)
  }

  #writeBatch({ id, nonce, status, hashes, raw, gas, fees, sentBlock, minedBlock }: Batch) {
    const amounts = [gas, fees.maxFeePerGas, fees.maxPriorityFeePerGas, sentBlock].map(String)
    const mined = minedBlock === undefined ? null : String(minedBlock)
    this.#statements.batch.run(id, nonce, status, JSON.stringify(hashes), raw, ...amounts, mined)
  }

  #all<row>(query: string): row[] {
    return this.#db.prepare(query).all() as row[] // columns as declared in SCHEMA
  }

  #largest(column: string, table: string): number {
    return Number(this.#db.prepare(`SELECT max(${column}) AS largest FROM ${table}`).get()?.largest ?? 0)
  }
}

/** A new file has no tables. @throws JournalVersionError */
function requireVersion(db: DatabaseSync, path: string): void {
  const isNew = db.prepare('SELECT 1 FROM sqlite_master').get() === undefined
  const actual = Number(db.prepare('PRAGMA user_version').get()?.user_version)
  if (isNew || actual === VERSION) return
  db.close()
  throw new JournalVersionError({ path, expected: VERSION, actual })
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /locked|busy/i.test(error.message)
}
