import type { Provider, Signer } from 'ethers'
import { type Address, type Client, createClient, custom, defineChain, getAddress, type Hex } from 'viem'
import { PlimsollError } from '../errors/base.ts'

export type ToViemClientParameters = Signer | Provider
export type ToViemClientReturnType = Client
export type ToViemClientErrorType = UnsupportedProviderError | UnsupportedRequestError

/** The provider cannot answer raw JSON-RPC, such as a FallbackProvider. */
export class UnsupportedProviderError extends PlimsollError {
  override readonly name = 'UnsupportedProviderError'
  readonly code = 'UNSUPPORTED_PROVIDER'
  constructor() {
    super('The provider has no `send`. Use a JsonRpcProvider, BrowserProvider or a signer connected to one.', {
      docsPath: '/sdk/errors.md#unsupportedprovider',
    })
  }
}

/** The signer cannot do what the request asks. */
export class UnsupportedRequestError extends PlimsollError {
  override readonly name = 'UnsupportedRequestError'
  readonly code = 'UNSUPPORTED_REQUEST'
  readonly method: string
  constructor({ method }: { method: string }) {
    super(`The signer cannot answer ${method} with these parameters. Use an action of this package.`, {
      docsPath: '/sdk/errors.md#unsupportedrequest',
    })
    this.method = method
  }
}

type JsonRpcSender = { send: (method: string, params: unknown[]) => Promise<unknown> }
type TransactionFields = { from?: Hex; to?: Hex; data?: Hex; value?: Hex; gas?: Hex }
type TypedData = {
  domain: Record<string, string | number>
  types: Record<string, { name: string; type: string }[]>
  message: Record<string, unknown>
}

/**
 * A viem client that sends through an ethers v6 signer, or reads through a provider. Transactions and typed data are signed
 * by the signer itself, so wallets, hardware signers and managed nonces keep working.
 * @example
 * import { encodeAccountId, plimsollActions } from '@plimsoll/sdk'
 * import { toViemClient } from '@plimsoll/sdk/ethers'
 * import { JsonRpcProvider, Wallet } from 'ethers'
 * import { deployment } from './deployment.ts'
 * const signer = new Wallet(`0x${'11'.repeat(32)}`, new JsonRpcProvider('http://127.0.0.1:8545'))
 * const client = (await toViemClient(signer)).extend(plimsollActions(deployment))
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const { equity } = await client.getAssessment({ accountId })
 */
export async function toViemClient(source: ToViemClientParameters): Promise<ToViemClientReturnType> {
  const signer = isSigner(source) ? source : undefined
  const rpc = senderOf(isSigner(source) ? source.provider : source)
  const chainId = Number(await rpc.send('eth_chainId', []))
  const address = signer && getAddress(await signer.getAddress())
  const request = async ({ method, params = [] }: { method: string; params?: unknown }) => {
    const list = Array.isArray(params) ? params : [params]
    return signer && address && method in SIGNED
      ? SIGNED[method as keyof typeof SIGNED](signer, address, list)
      : rpc.send(method, list)
  }
  return createClient({
    ...(address ? { account: address } : {}),
    chain: defineChain({
      id: chainId,
      name: `Chain ${chainId}`,
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [] } },
    }),
    // A wallet that refused must not be asked again; ethers retries reads by itself.
    transport: custom({ request }, { retryCount: 0 }),
  })
}

function isSigner(source: Signer | Provider): source is Signer {
  return 'signTypedData' in source
}

function senderOf(provider: Provider | null): JsonRpcSender {
  if (provider === null || !('send' in provider) || typeof provider.send !== 'function') {
    throw new UnsupportedProviderError()
  }
  return provider as Provider & JsonRpcSender
}

/** Requests that the signer answers instead of the node. */
const SIGNED = {
  eth_accounts: async (_signer: Signer, address: Address) => [address],
  eth_requestAccounts: async (_signer: Signer, address: Address) => [address],
  eth_sendTransaction: async (signer: Signer, _address: Address, [transaction]: unknown[]) => {
    const { to, data, value, gas } = transaction as TransactionFields
    const fields = {
      ...(to ? { to } : {}),
      ...(data ? { data } : {}),
      ...(value ? { value: BigInt(value) } : {}),
      ...(gas ? { gasLimit: BigInt(gas) } : {}),
    }
    return (await signer.sendTransaction(fields)).hash
  },
  eth_signTypedData_v4: async (signer: Signer, address: Address, [account, json]: unknown[]) => {
    if (typeof json !== 'string' || getAddress(String(account)) !== address) {
      throw new UnsupportedRequestError({ method: 'eth_signTypedData_v4' })
    }
    const { domain, types, message }: TypedData = JSON.parse(json)
    const { EIP712Domain: _, ...own } = types // ethers derives it from the domain
    return signer.signTypedData(domain, own, message)
  },
}
