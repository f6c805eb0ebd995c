/** What an owner may do through the gateway: by a transaction, or signed for any relayer to submit. */
import {
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Hex,
} from 'viem'
import { gatewayAbi } from '../abis/gateway.ts'
import { WAD } from '../exact/fixedPoint.ts'
import type { Mode, Position } from '../exact/portfolio.ts'
import type { AccountId } from './accountId.ts'
import { encodeMode } from './enums.ts'
import { encodePosition } from './position.ts'
import { encodeSessionKey, type SessionKey } from './sessionKey.ts'

/** Session keys may cancel; owner and operators may do all, except what names others: the owner alone. */
export type GatewayAction =
  | { readonly type: 'setMode'; readonly accountId: AccountId; readonly mode: Mode }
  | {
      readonly type: 'transfer'
      readonly from: AccountId
      readonly to: AccountId
      /** USD, 18 decimals. @default 0n */
      readonly cash?: bigint | undefined
      /** @default none */
      readonly legs?: readonly Position[] | undefined
    }
  | { readonly type: 'merge'; readonly from: AccountId; readonly to: AccountId }
  | {
      readonly type: 'withdraw'
      readonly accountId: AccountId
      /** 0 is USD, else the underlying whose collateral it is. */
      readonly asset: number
      /** Token units. */
      readonly amount: bigint
      /** Of a signed withdrawal: the owner, or named a day before by `setReceiver`. */
      readonly receiver: Address
      /** Least withdrawal ratio (WAD) to accept for USD. @default 1e18, par */
      readonly minRatio?: bigint | undefined
    }
  | {
      readonly type: 'setOperator'
      readonly accountId: AccountId
      readonly operator: Address
      /** A signed action can only dismiss one: false. */
      readonly approved: boolean
    }
  | {
      readonly type: 'setSessionKey'
      readonly accountId: AccountId
      readonly key: Address
      /** `REVOKED` takes it back. */
      readonly terms: SessionKey
    }
  | {
      readonly type: 'setReceiver'
      readonly accountId: AccountId
      readonly receiver: Address
      readonly allowed: boolean
    }
  | { readonly type: 'cancel'; readonly accountId: AccountId; readonly nonces: readonly bigint[] }
  | { readonly type: 'cancelGroups'; readonly accountId: AccountId; readonly groups: readonly Hex[] }
  | { readonly type: 'cancelAll'; readonly accountId: AccountId }
  /** The sender's or signer's own nonces. */
  | { readonly type: 'voidNonces'; readonly accountId: AccountId; readonly nonces: readonly bigint[] }

export type GatewayActionType = GatewayAction['type']

/** @param nonce Any number that the signer has not used for the account. @param deadline Unix seconds until which it may be submitted. */
export type Validity = { readonly nonce: bigint; readonly deadline: bigint }

/** What a relayer submits. */
export type SignedAction = Validity & { readonly action: GatewayAction; readonly signature: Hex }

/** Without a signature it is the caller's own: neither nonce nor deadline count. */
const OWN = { nonce: 0n, deadline: 0n, signature: '0x' } as const

/**
 * Call data for the gateway, alone or in a `multicall`.
 * @param permission Of a signed action. Left out: the sender's own action.
 * @throws OutOfRangeError, InvalidEncodingError
 * @example
 * import { encodeAccountId, encodeAction } from '@plimsoll/sdk'
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const data = encodeAction({ type: 'setMode', accountId, mode: 'portfolio' })
 */
export function encodeAction(action: GatewayAction, permission: Validity & { signature: Hex } = OWN): Hex {
  const { nonce, deadline, signature } = permission
  const by = { nonce, deadline, signature }
  switch (action.type) {
    case 'setMode':
      return encode('setMode', [action.accountId, encodeMode(action.mode), by])
    case 'transfer': {
      const { from, to, cash = 0n, legs = [] } = action
      return encode('transfer', [from, to, cash, legs.map(encodePosition), by])
    }
    case 'merge':
      return encode('merge', [action.from, action.to, by])
    case 'withdraw': {
      const { accountId, asset, amount, receiver, minRatio = WAD } = action
      return encode('withdraw', [accountId, asset, amount, receiver, minRatio, by])
    }
    case 'setOperator':
      return encode('setOperator', [action.accountId, action.operator, action.approved, by])
    case 'setSessionKey':
      return encode('setSessionKey', [action.accountId, action.key, encodeSessionKey(action.terms), by])
    case 'setReceiver':
      return encode('setReceiver', [action.accountId, action.receiver, action.allowed, by])
    case 'cancel':
      return encode('cancel', [action.accountId, action.nonces, by])
    case 'cancelGroups':
      return encode('cancelGroups', [action.accountId, action.groups, by])
    case 'cancelAll':
      return encode('cancelAll', [action.accountId, by])
    case 'voidNonces':
      return encode('voidNonces', [action.accountId, action.nonces, by])
  }
}

type Name = ContractFunctionName<typeof gatewayAbi, 'nonpayable'>

function encode<name extends Name>(
  functionName: name,
  args: ContractFunctionArgs<typeof gatewayAbi, 'nonpayable', name>,
): Hex {
  const call = { abi: gatewayAbi, functionName, args }
  return encodeFunctionData(call as EncodeFunctionDataParameters<typeof gatewayAbi, Name>) // `args` is that of `name`
}
