import type { Account, Address, Client, Hash, Hex } from 'viem'
import type { CallErrorType, SendTransactionErrorType } from 'viem/actions'
import { call, sendTransaction } from 'viem/actions'
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

export type WriteErrorType = PlimsollError | CallErrorType | SendTransactionErrorType

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

/** Simulates the call at the latest block, then sends it: a revert is a typed error and costs nothing. */
export async function send(
  client: Client,
  { to, data, account }: { to: Address; data: Hex; account: Account | Address | undefined },
): Promise<WriteReturnType> {
  const sender = senderOf(client, account)
  try {
    await call(client, { account: sender, to, data })
    return await sendTransaction(client, { account: sender, to, data, chain: client.chain ?? null })
  } catch (error) {
    throw decodeError(error) ?? error
  }
}
