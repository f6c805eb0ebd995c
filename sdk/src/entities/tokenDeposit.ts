/** Deposits by signature: EIP-2612 of the token, or Permit2 (Uniswap Labs, 2022) with the account as witness. */
import { type Address, encodeFunctionData, type Hex, parseSignature, type TypedDataDomain } from 'viem'
import { gatewayAbi } from '../abis/gateway.ts'
import type { AccountId } from './accountId.ts'
import type { Validity } from './action.ts'
import type { Deployment } from './deployment.ts'

/** Permit2, at one address on all chains. */
export const PERMIT2: Address = '0x000000000022D473030F116dDEE9F6B43aC78BA3'

export type TokenDeposit = {
  readonly accountId: AccountId
  /** 0 is USD, else the underlying whose collateral it is. */
  readonly asset: number
  /** Token units. */
  readonly amount: bigint
}

/** What a relayer submits. @param payer Owns or operates the account, and signed. */
export type SignedDeposit = TokenDeposit & Validity & { readonly payer: Address; readonly signature: Hex }

/** An EIP-2612 permit, see `signPermit`. */
export type Permit = { readonly deadline: bigint; readonly signature: Hex }

/** Types of the Permit2 message with its witness. */
export const depositTypes = {
  PermitWitnessTransferFrom: [
    { name: 'permitted', type: 'TokenPermissions' },
    { name: 'spender', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
    { name: 'witness', type: 'PlimsollDeposit' },
  ],
  PlimsollDeposit: [{ name: 'account', type: 'bytes32' }],
  TokenPermissions: [
    { name: 'token', type: 'address' },
    { name: 'amount', type: 'uint256' },
  ],
} as const

export function permit2Domain(chainId: number) {
  return { name: 'Permit2', chainId, verifyingContract: PERMIT2 } as const satisfies TypedDataDomain
}

/** What the payer signs: the gateway may take `amount` of the token, for this account only. */
export function depositTypedData(
  { chainId, gateway }: Pick<Deployment, 'chainId' | 'gateway'>,
  { accountId, amount, token, nonce, deadline }: Omit<TokenDeposit, 'asset'> & Validity & { token: Address },
) {
  return {
    domain: permit2Domain(chainId),
    types: depositTypes,
    primaryType: 'PermitWitnessTransferFrom',
    message: { permitted: { token, amount }, spender: gateway, nonce, deadline, witness: { account: accountId } },
  } as const
}

/** Call data for the gateway, which needs an allowance. */
export function encodeDeposit({ accountId, asset, amount }: TokenDeposit): Hex {
  return encodeFunctionData({ abi: gatewayAbi, functionName: 'deposit', args: [accountId, asset, amount] })
}

/** Call data for the gateway, with a permit that the sender signed for it. */
export function encodeDepositWithPermit({ accountId, asset, amount }: TokenDeposit, permit: Permit): Hex {
  const { r, s, v } = splitSignature(permit.signature)
  const args = [accountId, asset, amount, permit.deadline, v, r, s] as const
  return encodeFunctionData({ abi: gatewayAbi, functionName: 'depositWithPermit', args })
}

/** Call data for the gateway, with what `signDeposit` returns. */
export function encodeSignedDeposit({ accountId, asset, amount, payer, ...permission }: SignedDeposit): Hex {
  const { nonce, deadline, signature } = permission
  const args = [accountId, asset, amount, payer, { nonce, deadline, signature }] as const
  return encodeFunctionData({ abi: gatewayAbi, functionName: 'depositWithPermit2', args })
}

/** As EIP-2612 takes it: v is 27 or 28. */
export function splitSignature(signature: Hex): { r: Hex; s: Hex; v: number } {
  const { r, s, yParity } = parseSignature(signature)
  return { r, s, v: 27 + yParity }
}
