import {
  AbiDecodingDataSizeTooSmallError,
  BaseError,
  type Client,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  type Hex,
  recoverAddress,
  size,
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
  const signer = await recover(hash, signature)
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

/** Undefined when no signer can be recovered: pure arithmetic, so nothing else can be the reason. */
async function recover(hash: Hex, signature: Hex): Promise<Hex | undefined> {
  if (size(signature) !== 65) return undefined
  return recoverAddress({ hash, signature }).catch(() => undefined)
}
