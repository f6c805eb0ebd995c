import { type Address, type Client, concat, encodeFunctionData, type Hex, hexToBigInt, isAddressEqual, pad } from 'viem'
import type { CallErrorType } from 'viem/actions'
import { call } from 'viem/actions'
import { type AccountId, ownerOf } from '../entities/accountId.ts'
import { recoverSigner, type Signer } from '../entities/signer.ts'
import { type GetHolderErrorType, getHolder } from './getHolder.ts'
import { blockOf, type ReadParameters } from './read.ts'

export type GetSignerParameters = ReadParameters<'clearinghouse' | 'exchange'> & {
  accountId: AccountId
  /** Digest that was signed. */
  hash: Hex
  /** Empty: the order or action of whoever sends it. */
  signature: Hex
  /** Who would send it. Left out: an empty signature is nobody's. */
  sender?: Address | undefined
}
export type GetSignerReturnType = Signer
export type GetSignerErrorType = GetHolderErrorType | CallErrorType

/** ERC-1271. */
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

/**
 * Who stands behind a signature for an account, as exchange and gateway see it: a key first (owner, operator, session key),
 * then the owner as a contract (ERC-1271, within 300,000 gas). What a session key or an operator may do is another question. The
 * owner's own key is known without a request.
 * @example
 * import { encodeAccountId, getSigner } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const [hash, signature] = [`0x${'00'.repeat(32)}`, `0x${'00'.repeat(65)}`] as const
 * const { kind } = await getSigner(client, { deployment, accountId, hash, signature })
 */
export async function getSigner(
  client: Client,
  { deployment, accountId, hash, signature, sender, blockNumber: at }: GetSignerParameters,
): Promise<GetSignerReturnType> {
  const owner = ownerOf(accountId)
  const key = signature === '0x' ? sender : await recoverSigner(hash, signature)
  if (key && isAddressEqual(key, owner)) return { kind: 'owner', address: key }
  const blockNumber = await blockOf(client, at)
  const holder = key && (await getHolder(client, { deployment, accountId, address: key, blockNumber }))
  if (holder && holder.kind !== 'nobody') return holder
  const isOwners = signature !== '0x' && (await isAccepted(client, owner, hash, signature, blockNumber))
  return isOwners ? { kind: 'contract', address: owner } : { kind: 'nobody' }
}

/**
 * Creation code that asks the wallet as `Signing.isAccepted` does, with the wallet in the first word behind it and the query after
 * that: (ok, word) = wallet.staticcall{gas: 300000}(query); return ok && returndatasize == 32 && word == 0x1626ba7e << 224.
 * A node that ran it as a call from outside would give the wallet more gas and let it write.
 */
const ASK: Hex = '0x603038038060305f3960205f6020830360205f51620493e0fa3d602014165f51631626ba7e60e01b14165f5260205ff3'

/** Whatever the wallet does, the answer is a word: an error is one of the node. */
async function isAccepted(
  client: Client,
  wallet: Address,
  hash: Hex,
  signature: Hex,
  blockNumber: bigint,
): Promise<boolean> {
  const query = encodeFunctionData({ abi: signatureAbi, functionName: 'isValidSignature', args: [hash, signature] })
  const { data = '0x0' } = await call(client, { data: concat([ASK, pad(wallet), query]), blockNumber })
  return hexToBigInt(data) === 1n
}
