import type { Signer } from 'ethers'
import { type Address, getAddress, type Hex } from 'viem'
import { randomNonce } from '../entities/actionMessage.ts'
import type { Deployment } from '../entities/deployment.ts'
import { depositTypedData, depositTypes, type SignedDeposit, type TokenDeposit } from '../entities/tokenDeposit.ts'

export type SignDepositParameters = TokenDeposit & {
  deployment: Deployment
  /** Of the asset: `getTokenAddress` tells it. */
  token: Address
  /** Unix seconds until which it may be submitted. */
  deadline: bigint
  /** Any that the payer has not used at Permit2. @default random */
  nonce?: bigint | undefined
}
export type SignDepositReturnType = SignedDeposit
export type SignDepositErrorType = Error

/**
 * Signs a deposit for Permit2 with an ethers signer, the payer, which needs no provider. Equal to the viem action of the same name.
 * @example
 * import { encodeAccountId } from '@plimsoll/sdk'
 * import { signDeposit } from '@plimsoll/sdk/ethers'
 * import { Wallet } from 'ethers'
 * import { deployment } from './deployment.ts'
 * const signer = new Wallet(`0x${'11'.repeat(32)}`)
 * const accountId = encodeAccountId({ owner: '0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A' })
 * const token = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'
 * const terms = { accountId, asset: 0, amount: 1_000_000n, token, deadline: 1_900_000_000n } as const
 * const signed = await signDeposit(signer, { deployment, ...terms })
 */
export async function signDeposit(
  signer: Signer,
  { deployment, accountId, asset, amount, token, deadline, nonce = randomNonce() }: SignDepositParameters,
): Promise<SignDepositReturnType> {
  const { domain, message } = depositTypedData(deployment, { accountId, amount, token, nonce, deadline })
  const { PermitWitnessTransferFrom, PlimsollDeposit, TokenPermissions } = depositTypes
  const types = {
    PermitWitnessTransferFrom: [...PermitWitnessTransferFrom],
    PlimsollDeposit: [...PlimsollDeposit],
    TokenPermissions: [...TokenPermissions],
  }
  const signature = await signer.signTypedData(domain, types, message)
  const payer = getAddress(await signer.getAddress())
  return { accountId, asset, amount, payer, nonce, deadline, signature: signature as Hex } // ethers types hex as string
}
