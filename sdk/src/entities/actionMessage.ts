/** EIP-712 messages of the gateway's actions: twin of `contracts/libraries/ActionHash.sol`. */
import { bytesToBigInt, type Hex, hashTypedData, type TypedData, type TypedDataDomain } from 'viem'
import { WAD } from '../exact/fixedPoint.ts'
import type { GatewayAction, GatewayActionType, Validity } from './action.ts'
import type { Deployment } from './deployment.ts'
import { encodeMode } from './enums.ts'
import { encodeInstrumentId } from './instrumentId.ts'
import { signed } from './range.ts'
import { encodeSessionKey } from './sessionKey.ts'

const VALIDITY = [
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
] as const

/** Types of the EIP-712 messages, by the primary type's name. */
export const actionTypes = {
  SetMode: [{ name: 'account', type: 'bytes32' }, { name: 'mode', type: 'uint8' }, ...VALIDITY],
  Transfer: [
    { name: 'from', type: 'bytes32' },
    { name: 'to', type: 'bytes32' },
    { name: 'cash', type: 'int256' },
    { name: 'legs', type: 'TransferLeg[]' },
    ...VALIDITY,
  ],
  Merge: [{ name: 'from', type: 'bytes32' }, { name: 'to', type: 'bytes32' }, ...VALIDITY],
  Withdraw: [
    { name: 'account', type: 'bytes32' },
    { name: 'asset', type: 'uint8' },
    { name: 'amount', type: 'uint256' },
    { name: 'receiver', type: 'address' },
    { name: 'minRatio', type: 'uint256' },
    ...VALIDITY,
  ],
  SetOperator: [
    { name: 'account', type: 'bytes32' },
    { name: 'operator', type: 'address' },
    { name: 'approved', type: 'bool' },
    ...VALIDITY,
  ],
  SetSessionKey: [
    { name: 'account', type: 'bytes32' },
    { name: 'key', type: 'address' },
    { name: 'expiry', type: 'uint40' },
    { name: 'kinds', type: 'uint8' },
    { name: 'dailyLoss', type: 'uint128' },
    { name: 'underlyings', type: 'uint256' },
    ...VALIDITY,
  ],
  SetReceiver: [
    { name: 'account', type: 'bytes32' },
    { name: 'receiver', type: 'address' },
    { name: 'allowed', type: 'bool' },
    ...VALIDITY,
  ],
  Cancel: [{ name: 'account', type: 'bytes32' }, { name: 'nonces', type: 'uint256[]' }, ...VALIDITY],
  CancelGroups: [{ name: 'account', type: 'bytes32' }, { name: 'groups', type: 'bytes32[]' }, ...VALIDITY],
  CancelAll: [{ name: 'account', type: 'bytes32' }, ...VALIDITY],
  VoidNonces: [{ name: 'account', type: 'bytes32' }, { name: 'nonces', type: 'uint256[]' }, ...VALIDITY],
} as const

const PRIMARY_TYPES = {
  setMode: 'SetMode',
  transfer: 'Transfer',
  merge: 'Merge',
  withdraw: 'Withdraw',
  setOperator: 'SetOperator',
  setSessionKey: 'SetSessionKey',
  setReceiver: 'SetReceiver',
  cancel: 'Cancel',
  cancelGroups: 'CancelGroups',
  cancelAll: 'CancelAll',
  voidNonces: 'VoidNonces',
} as const satisfies { [type in GatewayActionType]: keyof typeof actionTypes }

const TRANSFER_LEG = [
  { name: 'instrument', type: 'uint128' },
  { name: 'lots', type: 'int128' },
] as const

export type ActionTypedData = {
  readonly domain: TypedDataDomain
  readonly types: TypedData
  readonly primaryType: keyof typeof actionTypes
  readonly message: Record<string, unknown>
}

export function actionDomain({ chainId, gateway }: Pick<Deployment, 'chainId' | 'gateway'>) {
  return {
    name: 'Plimsoll Gateway',
    version: '1',
    chainId,
    verifyingContract: gateway,
  } as const satisfies TypedDataDomain
}

/** What the account's owner or operator signs; for cancellations also a session key. @throws OutOfRangeError */
export function actionTypedData(
  deployment: Pick<Deployment, 'chainId' | 'gateway'>,
  action: GatewayAction,
  { nonce, deadline }: Validity,
): ActionTypedData {
  const primaryType = PRIMARY_TYPES[action.type]
  return {
    domain: actionDomain(deployment),
    types: {
      [primaryType]: actionTypes[primaryType],
      ...(action.type === 'transfer' ? { TransferLeg: TRANSFER_LEG } : {}),
    },
    primaryType,
    message: { ...messageOf(action), nonce, deadline },
  }
}

/** EIP-712 digest of the action, as the gateway computes it. */
export function hashAction(
  deployment: Pick<Deployment, 'chainId' | 'gateway'>,
  action: GatewayAction,
  validity: Validity,
): Hex {
  return hashTypedData(actionTypedData(deployment, action, validity))
}

/** A nonce that nobody has used: 256 random bits. Actions with such nonces can be submitted in any order. */
export function randomNonce(): bigint {
  return bytesToBigInt(crypto.getRandomValues(new Uint8Array(32)))
}

function messageOf(action: GatewayAction): Record<string, unknown> {
  switch (action.type) {
    case 'setMode':
      return { account: action.accountId, mode: encodeMode(action.mode) }
    case 'transfer': {
      const { from, to, cash = 0n, legs = [] } = action
      const positions = legs.map(({ instrument, lots }) => {
        return { instrument: encodeInstrumentId(instrument), lots: signed('lots', lots, 128) }
      })
      return { from, to, cash, legs: positions }
    }
    case 'withdraw': {
      const { accountId, asset, amount, receiver, minRatio = WAD } = action
      return { account: accountId, asset, amount, receiver, minRatio }
    }
    case 'setSessionKey':
      return { account: action.accountId, key: action.key, ...encodeSessionKey(action.terms) }
    case 'merge':
      return { from: action.from, to: action.to }
    default: {
      const { type: _, accountId: account, ...fields } = action
      return { account, ...fields }
    }
  }
}
