import type { Account, Address, Client, Hash, Hex } from 'viem'
import type { CallErrorType, EstimateGasErrorType, SendTransactionErrorType } from 'viem/actions'
import { call, estimateGas, sendTransaction } from 'viem/actions'
import type { Deployment } from '../entities/deployment.ts'
import { PlimsollError } from '../errors/base.ts'
import { decodeError } from '../errors/decode.ts'

export type WriteParameters = {
  deployment: Deployment
  /** Sender. @default the client's account */
  account?: Account | Address | undefined
}

/** Hash of the sent transaction. Wait for its receipt before relying on it. */
export type WriteReturnType = Hash

export type WriteErrorType = PlimsollError | CallErrorType | EstimateGasErrorType | SendTransactionErrorType

/** A write without an account to send it from. */
export class AccountMissingError extends PlimsollError {
  override readonly name = 'AccountMissingError'
  readonly code = 'ACCOUNT_MISSING'
  constructor() {
    super('The client has no account to send from. Create it with one, or pass `account`.', {
      docsPath: '/sdk/errors.md#accountmissing',
    })
  }
}

/** The sender of a write. @throws AccountMissingError */
export function senderOf(client: Client, account: Account | Address | undefined): Account | Address {
  const sender = account ?? client.account
  if (!sender) throw new AccountMissingError()
  return sender
}

export function addressOf(sender: Account | Address): Address {
  return typeof sender === 'string' ? sender : sender.address
}

/** Most that a transaction may ask for (EIP-7825). */
const MOST_GAS = 2n ** 24n

/**
 * Simulates the call at the latest block, then sends it: a revert is a typed error and costs nothing. It gets a quarter more gas
 * than it would take now, because funding, averages and ranges that have stood still since the last block will not in its own.
 */
export async function send(
  client: Client,
  { to, data, account }: { to: Address; data: Hex; account: Account | Address | undefined },
): Promise<WriteReturnType> {
  const sender = senderOf(client, account)
  try {
    await call(client, { account: sender, to, data })
    // Nonce and fees are looked up once, by what sends.
    const gas = withHeadroom(await estimateGas(client, { account: sender, to, data, prepare: false }))
    return await sendTransaction(client, { account: sender, to, data, gas, chain: client.chain ?? null })
  } catch (error) {
    throw decodeError(error) ?? error
  }
}

function withHeadroom(estimate: bigint): bigint {
  const gas = estimate + estimate / 4n
  if (gas <= MOST_GAS) return gas
  return estimate < MOST_GAS ? MOST_GAS : estimate
}
