import type { Account, Address, Client } from 'viem'
import { randomNonce } from '../entities/actionMessage.ts'
import type { Deployment } from '../entities/deployment.ts'
import { depositTypedData, type SignedDeposit, type TokenDeposit } from '../entities/tokenDeposit.ts'
import { type GetTokenAddressErrorType, getTokenAddress } from './getTokenAddress.ts'
import { type NestedTypedDataErrorType, signTypedDataFor } from './nestedTypedData.ts'
import { type AccountMissingError, addressOf, senderOf } from './send.ts'

export type SignDepositParameters = TokenDeposit & {
  deployment: Deployment
  /** Unix seconds until which it may be submitted. */
  deadline: bigint
  /** Any that the payer has not used at Permit2. @default random */
  nonce?: bigint | undefined
  /** Pays; owns or operates the account. Or the key of `verifier`. @default the client's account */
  account?: Account | Address | undefined
  /**
   * A deployed wallet that pays instead and takes nested typed data (ERC-7739). Permit2 asks it even if it is a delegated key.
   * @default none
   */
  verifier?: Address | undefined
}
export type SignDepositReturnType = SignedDeposit
export type SignDepositErrorType = AccountMissingError | GetTokenAddressErrorType | NestedTypedDataErrorType

/**
 * Signs a deposit for Permit2 (Uniswap Labs, 2022), bound to the account, for any relayer to submit with `submitDeposit`. The
 * payer's tokens need an allowance for Permit2, once: `approve` with `spender: PERMIT2`. Nothing is sent.
 * @throws UnknownAssetError
 * @example
 * import { encodeAccountId, signDeposit } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const terms = { accountId, asset: 0, amount: 1_000_000n, deadline: 1_900_000_000n }
 * const signed = await signDeposit(client, { deployment, ...terms })
 */
export async function signDeposit(
  client: Client,
  { deployment, accountId, asset, amount, deadline, nonce = randomNonce(), account, verifier }: SignDepositParameters,
): Promise<SignDepositReturnType> {
  const signer = senderOf(client, account)
  const token = await getTokenAddress(client, { deployment, asset })
  const typedData = depositTypedData(deployment, { accountId, amount, token, nonce, deadline })
  const signature = await signTypedDataFor(client, { account: signer, verifier, ...typedData })
  return { accountId, asset, amount, payer: verifier ?? addressOf(signer), nonce, deadline, signature }
}
