/** Stage 5 of 6: signs, writes the journal, broadcasts; in this order, so that a crash never forgets a transaction. */
import { KeeperError, NonceError, RpcError } from '../errors.ts'
import { next, type Outcome, retry, skip } from '../outcome.ts'
import type { Pending } from '../pending.ts'
import type { ChainPort, Fees, Head } from '../ports/chain.ts'
import type { JournalPort } from '../ports/journal.ts'
import type { Reason } from '../reasons.ts'
import type { Simulated } from './simulate.ts'

export type SubmitContext = { readonly chain: Pick<ChainPort, 'sign' | 'send'>; readonly journal: JournalPort }
/** `pending` is in the journal; `sent` is false when no node is known to have it. */
export type Submitted = { readonly pending: Pending; readonly sent: boolean }

export async function submit(
  { chain, journal }: SubmitContext,
  { simulated, nonce, fees, head }: { simulated: Simulated; nonce: number; fees: Fees; head: Head },
): Promise<Outcome<Submitted, Reason>> {
  const { job, call, gas, profitUsd } = simulated
  const signed = await chain.sign({ ...call, ...fees, nonce, gas })
  const { expects, expectedUsd: _, ...plain } = job
  const pending: Pending = {
    nonce,
    job: plain,
    cancelled: false,
    call,
    gas,
    fees,
    hashes: [signed.hash],
    raw: signed.raw,
    profitUsd,
    sentBlock: head.number,
    broadcastBlock: -1n,
    expects,
  }
  await journal.put(pending)
  return broadcast({ chain, journal }, pending, head)
}

/** The same nonce again, for more; `cancel` replaces the job by a transfer of nothing to oneself. */
export async function replace(
  { chain, journal }: SubmitContext & { readonly chain: Pick<ChainPort, 'sign' | 'send' | 'signer'> },
  { pending, fees, cancel, head }: { pending: Pending; fees: Fees; cancel: boolean; head: Head },
): Promise<Outcome<Submitted, Reason>> {
  const call = cancel ? ({ to: chain.signer, data: '0x' } as const) : pending.call
  const gas = cancel ? CANCEL_GAS : pending.gas
  const signed = await chain.sign({ ...call, ...fees, nonce: pending.nonce, gas })
  const hashes = [...pending.hashes, signed.hash]
  const next: Pending = { ...pending, call, gas, fees, hashes, raw: signed.raw, cancelled: cancel, broadcastBlock: -1n }
  await journal.put(next)
  return broadcast({ chain, journal }, next, head)
}

export const CANCEL_GAS = 21_000n

/** Sends what is signed already; also after a restart. */
export async function broadcast(
  { chain, journal }: SubmitContext,
  pending: Pending,
  head: Head,
): Promise<Outcome<Submitted, Reason>> {
  const hash = pending.hashes.at(-1)
  if (!hash) return skip({ kind: 'sending-failed', code: 'NO_HASH' })
  try {
    await chain.send({ hash, raw: pending.raw }, pending.nonce)
  } catch (error) {
    if (error instanceof RpcError) return next({ pending, sent: false }) // it may have arrived: tracked, sent again
    if (error instanceof NonceError) return retry({ kind: 'sending-failed', code: error.code })
    if (!(error instanceof KeeperError)) throw error
    return skip({ kind: 'sending-failed', code: error.code })
  }
  const sent = { ...pending, broadcastBlock: head.number }
  await journal.put(sent)
  return next({ pending: sent, sent: true })
}
