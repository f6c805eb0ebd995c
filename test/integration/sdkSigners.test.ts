import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Hex, hashMessage, type PrivateKeyAccount, toHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { BadSignatureError, encodeAccountId, hashOrder, REVOKED, type Signer } from '../../sdk/src/index.ts'
import { createSdkWorld, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const MAGIC = '631626ba7e60e01b' // PUSH4 0x1626ba7e PUSH1 0xe0 SHL
const ANSWER = '5f5260205ff3' // MSTORE at 0, RETURN 32 bytes
/** Runtime code of wallets, and whether the exchange takes their signatures. */
const WALLETS: Readonly<Record<string, readonly [Hex, boolean]>> = {
  'answers the magic value': [`0x${MAGIC}${ANSWER}`, true],
  'answers 64 bytes': [`0x${MAGIC}5f5260405ff3`, false],
  'answers 31 bytes': [`0x${MAGIC}5f52601f5ff3`, false],
  'answers nothing': ['0x00', false],
  'answers dirt behind the magic value': [`0x${MAGIC}6001175f5260205ff3`, false],
  'answers 1': [`0x6001${ANSWER}`, false],
  reverts: ['0x5f5ffd', false],
  'reverts with the magic value': [`0x${MAGIC}5f5260205ffd`, false],
  'is an invalid opcode': ['0xfe', false],
  'burns all gas': ['0x5b5f56', false],
  'needs 250,000 gas': [`0x5b6200c3505a115f57${MAGIC}${ANSWER}` /* loops until 50,000 are left */, true],
  'writes before it answers': [`0x60015f55${MAGIC}${ANSWER}`, false],
}
const wallet = (index: number): Hex => toHex(0xca11e70000n + BigInt(index), { size: 20 })

describe('who stands behind a signature', () => {
  let world: SdkWorld
  let owner: Trader
  let taker: Trader

  before(async () => {
    world = await createSdkWorld()
    ;[owner, taker] = await world.createTraders(['owner', 'taker'], 10_000n)
  })

  const sign = (key: PrivateKeyAccount, hash: Hex) => key.sign({ hash })
  /** Of a signature by `key`: the address alone has the same right. */
  const signerOf = async (key: PrivateKeyAccount) => {
    const hash = hashMessage('anything')
    const { accountId } = owner
    const signer = await owner.client.getSigner({ accountId, hash, signature: await sign(key, hash) })
    assert.deepEqual(await owner.client.getHolder({ accountId, address: key.address }), signer)
    return signer
  }

  it('is owner, operator, session key until it ends, or nobody', async () => {
    const { accountId } = owner
    const key = privateKeyToAccount(generatePrivateKey())
    assert.deepEqual(await signerOf(owner.account), { kind: 'owner', address: owner.account.address })
    assert.deepEqual(await signerOf(key), { kind: 'nobody' })
    const expiry = Number(await world.now()) + 100
    const terms = { expiry, kinds: ['spot', 'put'], underlyings: [1, 255], dailyLoss: 7n } as const
    await world.mine(owner.client.setSessionKey({ accountId, key: key.address, terms }))
    assert.deepEqual(await signerOf(key), { kind: 'sessionKey', address: key.address, terms, spent: 0n })
    await world.networkHelpers.time.increaseTo(expiry)
    assert.equal((await signerOf(key)).kind, 'sessionKey')
    await world.networkHelpers.time.increaseTo(expiry + 1)
    assert.deepEqual(await signerOf(key), { kind: 'nobody' })
    const { isLive, left } = await owner.client.getSessionKey({ accountId, key: key.address })
    assert.deepEqual([isLive, left], [false, 0n])
    await world.mine(owner.client.setOperator({ accountId, operator: key.address, approved: true }))
    assert.deepEqual(await signerOf(key), { kind: 'operator', address: key.address })
    await world.mine(owner.client.setOperator({ accountId, operator: key.address, approved: false }))
    await world.mine(owner.client.setSessionKey({ accountId, key: key.address, terms: REVOKED }))
    assert.deepEqual(await signerOf(key), { kind: 'nobody' })
  })

  it('is the sender when there is no signature', async () => {
    const ask = (sender?: Hex) =>
      taker.client.getSigner({ accountId: owner.accountId, hash: hashMessage(''), signature: '0x', sender })
    assert.equal((await ask(owner.account.address.toLowerCase() as Hex)).kind, 'owner')
    assert.equal((await ask(taker.account.address)).kind, 'nobody')
    assert.equal((await ask()).kind, 'nobody')
  })

  it('is the key of an owner with code too', async () => {
    const { address } = owner.account
    await world.networkHelpers.setCode(address, '0xfe')
    assert.equal((await signerOf(owner.account)).kind, 'owner')
    await world.networkHelpers.setCode(address, '0x')
  })

  for (const [index, [name, [code, isTaken]]] of Object.entries(WALLETS).entries()) {
    it(`is a wallet that ${name}: ${isTaken ? 'taken' : 'refused'}, as the exchange does`, async () => {
      await world.networkHelpers.setCode(wallet(index), code)
      const accountId = encodeAccountId({ owner: wallet(index) })
      const maker = await world.order(owner, -1n, { accountId, reduceOnly: true })
      const [hash, signature] = [hashOrder(world.deployment, maker), '0x1234'] as const
      const signer: Signer = isTaken ? { kind: 'contract', address: wallet(index) } : { kind: 'nobody' }
      const found = await taker.client.getSigner({ accountId, hash, signature })
      assert.deepEqual(JSON.stringify(found).toLowerCase(), JSON.stringify(signer).toLowerCase())
      assert.equal(await taker.client.isSigner({ accountId, hash, signature }), isTaken)
      const opposite = await world.order(taker, 1n)
      const fills = [{ maker, makerSignature: signature, taker: opposite, units: 1n }]
      const refusal = taker.client.settle({ fills }).catch((error: unknown) => error)
      assert.equal((await refusal) instanceof BadSignatureError, !isTaken) // else it has nothing to reduce
    })
  }
})
