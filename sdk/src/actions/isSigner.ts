import {
  AbiDecodingDataSizeTooSmallError,
  type Address,
  BaseError,
  type Client,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  type Hex,
  hexToBigInt,
  recoverAddress,
  size,
  slice,
} from 'viem'
import { getCode } from 'viem/actions'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import { type AccountId, ownerOf } from '../entities/accountId.ts'
import { PlimsollError } from '../errors/base.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type IsSignerParameters = ReadParameters & {
  accountId: AccountId
  /** Digest that was signed. */
  hash: Hex
  signature: Hex
}
export type IsSignerReturnType = boolean
export type IsSignerErrorType = ReadErrorType

/** EIP-1271. */
const signatureAbi = [
  {
    type: 'function',
    name: 'isValidSignature',
    stateMutability: 'view',
    inputs: [
      { name: 'hash', type: 'bytes32' },
      { name: 'signature', type: 'bytes' },
    ],
    outputs: [{ name: '', type: 'bytes4' }],
  },
] as const
const MAGIC = '0x1626ba7e'

/**
 * Whether a signature is one that the exchange accepts for an account: of its owner, a contract that says so, or an operator.
 * @example
 * import { encodeAccountId, isSigner } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const hash = `0x${'00'.repeat(32)}` as const
 * const isValid = await isSigner(client, { deployment, accountId, hash, signature: `0x${'00'.repeat(65)}` })
 */
export async function isSigner(
  client: Client,
  { deployment, accountId, hash, signature, blockNumber: at }: IsSignerParameters,
): Promise<IsSignerReturnType> {
  const blockNumber = await blockOf(client, at)
  const owner = ownerOf(accountId)
  const code = await getCode(client, { address: owner, blockNumber })
  if (code !== undefined && code !== '0x' && (await isAccepted(client, owner, hash, signature, blockNumber)))
    return true
  const signer = await recoverSigner(hash, signature)
  if (signer === undefined) return false
  return read(client, {
    address: deployment.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'isAuthorized',
    args: [accountId, signer],
    blockNumber,
  })
}

/** A contract that reverts or answers anything but the magic value refuses. */
async function isAccepted(
  client: Client,
  owner: Hex,
  hash: Hex,
  signature: Hex,
  blockNumber: bigint,
): Promise<boolean> {
  try {
    const answer = await read(client, {
      address: owner,
      abi: signatureAbi,
      functionName: 'isValidSignature',
      args: [hash, signature],
      blockNumber,
    })
    return answer === MAGIC
  } catch (error) {
    if (error instanceof PlimsollError || isContractFailure(error)) return false
    throw error
  }
}

/** The contract answered, if only with a revert or with nothing: not a lost connection. */
function isContractFailure(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false
  const isAnswer = (inner: unknown) =>
    inner instanceof ContractFunctionRevertedError ||
    inner instanceof ContractFunctionZeroDataError ||
    inner instanceof AbiDecodingDataSizeTooSmallError
  return error.walk(isAnswer) !== null
}

/** Largest s that the contracts take: half the order of secp256k1. The other half holds a second signature for each one. */
const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Who signed, as the contracts recover it: 65 bytes, s in the lower half, v 27 or 28. Undefined when nobody did: pure
 * arithmetic, so nothing else can be the reason.
 * @example
 * import { recoverSigner } from '@plimsoll/sdk'
 * const signer = await recoverSigner(`0x${'00'.repeat(32)}`, `0x${'00'.repeat(65)}`)
 */
export async function recoverSigner(hash: Hex, signature: Hex): Promise<Address | undefined> {
  if (size(signature) !== 65) return undefined
  const v = Number(slice(signature, 64))
  if (hexToBigInt(slice(signature, 32, 64)) > MAX_S || (v !== 27 && v !== 28)) return undefined
  return recoverAddress({ hash, signature }).catch(() => undefined)
}
