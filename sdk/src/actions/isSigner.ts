import type { Client } from 'viem'
import { type GetSignerErrorType, type GetSignerParameters, getSigner } from './getSigner.ts'

export type IsSignerParameters = GetSignerParameters
export type IsSignerReturnType = boolean
export type IsSignerErrorType = GetSignerErrorType

/**
 * Whether a signature is of somebody who may sign orders for an account: `getSigner` says who.
 * @example
 * import { encodeAccountId, isSigner } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const hash = `0x${'00'.repeat(32)}` as const
 * const isValid = await isSigner(client, { deployment, accountId, hash, signature: `0x${'00'.repeat(65)}` })
 */
export async function isSigner(client: Client, parameters: IsSignerParameters): Promise<IsSignerReturnType> {
  return (await getSigner(client, parameters)).kind !== 'nobody'
}
