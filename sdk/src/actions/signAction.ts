import type { Account, Address, Client } from 'viem'
import type { GatewayAction, SignedAction } from '../entities/action.ts'
import { actionTypedData, randomNonce } from '../entities/actionMessage.ts'
import type { Deployment } from '../entities/deployment.ts'
import { type NestedTypedDataErrorType, signTypedDataFor } from './nestedTypedData.ts'
import { type AccountMissingError, senderOf } from './send.ts'

export type SignActionParameters = {
  deployment: Deployment
  action: GatewayAction
  /** Unix seconds until which it may be submitted. */
  deadline: bigint
  /** Any that the account has not used. @default random */
  nonce?: bigint | undefined
  /** Owner or operator of the action's account; for cancellations also a session key. Or the key of `verifier`. @default the client's account */
  account?: Account | Address | undefined
  /** A deployed wallet that owns the action's account and takes nested typed data (ERC-7739). @default none */
  verifier?: Address | undefined
}
export type SignActionReturnType = SignedAction
export type SignActionErrorType = AccountMissingError | NestedTypedDataErrorType

/**
 * Signs an action as EIP-712 typed data, for any relayer to submit with `submitAction`. Nothing is sent.
 * @example
 * import { encodeAccountId, signAction } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const action = { type: 'withdraw', accountId, asset: 0, amount: 1_000_000n, receiver: account.address } as const
 * const signed = await signAction(client, { deployment, action, deadline: 1_900_000_000n })
 */
export async function signAction(
  client: Client,
  { deployment, action, deadline, nonce = randomNonce(), account, verifier }: SignActionParameters,
): Promise<SignActionReturnType> {
  const typedData = actionTypedData(deployment, action, { nonce, deadline })
  const signature = await signTypedDataFor(client, { account: senderOf(client, account), verifier, ...typedData })
  return { action, nonce, deadline, signature }
}
