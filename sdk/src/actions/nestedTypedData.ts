import {
  type Account,
  type Address,
  type Client,
  concat,
  domainSeparator,
  type Hex,
  hashStruct,
  numberToHex,
  size,
  stringToHex,
  type TypedData,
  type TypedDataDomain,
} from 'viem'
import type { GetEip712DomainErrorType, SignTypedDataErrorType } from 'viem/actions'
import { getEip712Domain, signTypedData } from 'viem/actions'

export type NestedTypedDataErrorType = GetEip712DomainErrorType | SignTypedDataErrorType

/** The wallet's own domain, which follows the message in the nested struct. */
const NESTED_FIELDS = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
] as const

type TypedMessage = { domain: TypedDataDomain; types: TypedData; primaryType: string; message: Record<string, unknown> }

/** Signs EIP-712 typed data, nested if a `verifier` is named: a deployed wallet that takes it so (ERC-7739). */
export async function signTypedDataFor(
  client: Client,
  parameters: TypedMessage & { account: Account | Address; verifier?: Address | undefined },
): Promise<Hex> {
  const { verifier, ...data } = parameters
  if (verifier !== undefined) return signNested(client, { ...data, verifier })
  const types: Record<string, unknown> = data.types
  return signTypedData(client, { ...data, types })
}

/**
 * Signs typed data with the key of a wallet that takes it nested with its own domain (ERC-7739), so that no other wallet of that
 * key accepts the signature. Every type in `types` must occur in the message. The description is the explicit one, the sorted
 * types and then the name: EIP-712 sorts them, and the primary type is not always the first.
 */
async function signNested(
  client: Client,
  parameters: TypedMessage & { account: Account | Address; verifier: Address },
): Promise<Hex> {
  const { account, verifier, domain, types, primaryType, message } = parameters
  const { domain: verifierDomain } = await getEip712Domain(client, { address: verifier })
  const TypedDataSign = [{ name: 'contents', type: primaryType }, ...NESTED_FIELDS]
  const nestedTypes: Record<string, unknown> = { ...types, TypedDataSign }
  const signature = await signTypedData(client, {
    account,
    domain,
    types: nestedTypes,
    primaryType: 'TypedDataSign',
    message: { contents: message, ...verifierDomain },
  })
  const description = stringToHex(`${encodeTypes(types)}${primaryType}`)
  const contents = hashStruct<Record<string, unknown>, string>({ data: message, types, primaryType })
  const length = numberToHex(size(description), { size: 2 })
  return concat([signature, domainSeparator({ domain }), contents, description, length])
}

/** As EIP-712 appends types to the one that refers to them. */
function encodeTypes(types: TypedData): string {
  const names = Object.keys(types).sort()
  return names.map((name) => `${name}(${types[name]?.map((field) => `${field.type} ${field.name}`).join()})`).join('')
}
