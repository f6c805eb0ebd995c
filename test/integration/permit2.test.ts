import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import hre from 'hardhat'
import {
  createTestClient,
  custom,
  domainSeparator,
  http,
  keccak256,
  publicActions,
  type Transport,
  toHex,
  walletActions,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { startChain } from '../../scripts/simulation/chain.ts'
import { PERMIT2 } from '../../sdk/src/index.ts'
import { deployPermit2 } from '../fixtures/permit2.ts'

const AMOUNT = 10n ** 9n
const WITNESS_TYPE = 'Purpose witness)Purpose(uint256 id)TokenPermissions(address token,uint256 amount)'
const types = {
  Purpose: [{ name: 'id', type: 'uint256' }],
  TokenPermissions: [
    { name: 'token', type: 'address' },
    { name: 'amount', type: 'uint256' },
  ],
  PermitWitnessTransferFrom: [
    { name: 'permitted', type: 'TokenPermissions' },
    { name: 'spender', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
    { name: 'witness', type: 'Purpose' },
  ],
} as const
const owner = privateKeyToAccount(toHex(0xa11cen, { size: 32 }))

const { abi } = await hre.artifacts.readArtifact('IPermit2')
const mockToken = await hre.artifacts.readArtifact('MockToken')

async function createClient(transport: Transport) {
  const options = { mode: 'hardhat', transport, pollingInterval: 10 } as const
  const client = createTestClient(options).extend(publicActions).extend(walletActions)
  const [spender] = await client.getAddresses()
  assert.ok(spender)
  return { client, spender }
}

const chains = {
  'the chain in this process': async () => {
    const { provider, close } = await hre.network.create()
    return { ...(await createClient(custom(provider))), close }
  },
  'a chain of its own': async () => {
    const { rpc, stop } = await startChain({ genesis: 1_900_000_000 })
    return { ...(await createClient(http(rpc.url))), close: stop }
  },
}

for (const [name, openChain] of Object.entries(chains)) {
  describe(`Permit2 on ${name}`, () => {
    let chain: Awaited<ReturnType<typeof openChain>>
    let domain: { name: string; chainId: number; verifyingContract: typeof PERMIT2 }

    before(async () => {
      chain = await openChain()
      await deployPermit2(chain.client)
      domain = { name: 'Permit2', chainId: await chain.client.getChainId(), verifyingContract: PERMIT2 }
    })
    after(() => chain.close())

    async function deployToken() {
      const { client, spender: account } = chain
      const { bytecode } = mockToken
      const parameters = { abi: mockToken.abi, bytecode, args: ['USD Coin', 'USDC', 6], account, chain: null } as const
      const hash = await client.deployContract(parameters)
      const { contractAddress } = await client.waitForTransactionReceipt({ hash })
      assert.ok(contractAddress)
      return { address: contractAddress, abi: mockToken.abi }
    }

    it('has the domain of the chain', async () => {
      const actual = await chain.client.readContract({ address: PERMIT2, abi, functionName: 'DOMAIN_SEPARATOR' })
      assert.equal(actual, domainSeparator({ domain }))
    })

    it('moves the tokens that the typed data of its owner permits', async () => {
      const { client, spender } = chain
      const token = await deployToken()
      const write = { ...token, chain: null } as const
      await client.setBalance({ address: owner.address, value: 10n ** 18n })
      await client.writeContract({ ...write, account: spender, functionName: 'mint', args: [owner.address, AMOUNT] })
      await client.writeContract({ ...write, account: owner, functionName: 'approve', args: [PERMIT2, AMOUNT] })
      const permit = { permitted: { token: token.address, amount: AMOUNT }, nonce: 5n, deadline: 2n ** 40n }
      const message = { ...permit, spender, witness: { id: 7n } }
      const signature = await owner.signTypedData({ domain, types, primaryType: 'PermitWitnessTransferFrom', message })
      const typeHash = keccak256(toHex('Purpose(uint256 id)'))
      const witness = keccak256(`${typeHash}${toHex(7n, { size: 32 }).slice(2)}`)
      const details = { to: spender, requestedAmount: AMOUNT - 1n }
      const hash = await client.writeContract({
        address: PERMIT2,
        abi,
        functionName: 'permitWitnessTransferFrom',
        args: [permit, details, owner.address, witness, WITNESS_TYPE, signature],
        account: spender,
        chain: null,
      })
      assert.equal((await client.waitForTransactionReceipt({ hash })).status, 'success')
      assert.equal(await client.readContract({ ...token, functionName: 'balanceOf', args: [spender] }), AMOUNT - 1n)
      const used = await client.readContract({
        address: PERMIT2,
        abi,
        functionName: 'nonceBitmap',
        args: [owner.address, 0n],
      })
      assert.equal(used, 1n << 5n)
    })
  })
}
