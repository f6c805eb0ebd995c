import type { Signer } from 'ethers'
import type { Hex } from 'viem'
import type { GatewayAction, SignedAction } from '../entities/action.ts'
import { actionDomain, actionTypedData, randomNonce } from '../entities/actionMessage.ts'
import type { Deployment } from '../entities/deployment.ts'

export type SignActionParameters = {
  deployment: Deployment
  action: GatewayAction
  /** Unix seconds until which it may be submitted. */
  deadline: bigint
  /** Any that the account has not used. @default random */
  nonce?: bigint | undefined
}
export type SignActionReturnType = SignedAction
export type SignActionErrorType = Error

/**
 * Signs an action of the gateway with an ethers signer, which needs no provider. Equal to the viem action of the same name.
 * @example
 * import { encodeAccountId } from '@plimsoll/sdk'
 * import { signAction } from '@plimsoll/sdk/ethers'
 * import { Wallet } from 'ethers'
 * import { deployment } from './deployment.ts'
 * const signer = new Wallet(`0x${'11'.repeat(32)}`)
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const action = { type: 'setMode', accountId, mode: 'portfolio' } as const
 * const signed = await signAction(signer, { deployment, action, deadline: 1_900_000_000n })
 */
export async function signAction(
  signer: Signer,
  { deployment, action, deadline, nonce = randomNonce() }: SignActionParameters,
): Promise<SignActionReturnType> {
  const { types, message } = actionTypedData(deployment, action, { nonce, deadline })
  const lists = Object.fromEntries(Object.entries(types).map(([name, fields]) => [name, [...(fields ?? [])]]))
  const signature = await signer.signTypedData(actionDomain(deployment), lists, message)
  return { action, nonce, deadline, signature: signature as Hex } // ethers types hex as string
}
