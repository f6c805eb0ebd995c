import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeFunctionData, encodeAbiParameters, type Hex, keccak256, toHex } from 'viem'
import {
  type ActionTypedData,
  actionTypedData,
  decodeSessionKey,
  depositTypes,
  encodeAccountId,
  encodeAction,
  encodeSessionKey,
  type GatewayAction,
  gatewayAbi,
  hashAction,
  KINDS,
  MODES,
  OutOfRangeError,
  perpetualOf,
  REVOKED,
  randomNonce,
  spotOf,
} from '../src/index.ts'

const SEED = 0x706c696d
const OWNER = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
const deployment = { chainId: 7, gateway: '0x00000000219ab540356cBB839Cbe05303d7705Fa' as Hex }
const ZERO: Hex = `0x${'00'.repeat(32)}`
const validity = { nonce: 5n, deadline: 9n }

const account = fc.bigInt(0n, 2n ** 96n - 1n).map((subId) => encodeAccountId({ owner: OWNER, subId }))
const address = fc.bigInt(0n, 2n ** 160n - 1n).map((value) => toHex(value, { size: 20 }))
const word = fc.bigInt(0n, 2n ** 256n - 1n)
const position = fc.record({
  instrument: fc.constantFrom(perpetualOf(1), spotOf(2)),
  lots: fc.bigInt(-(2n ** 127n), 2n ** 127n - 1n),
})
const terms = fc.record({
  expiry: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
  kinds: fc.subarray([...KINDS]),
  underlyings: fc.subarray([1, 2, 77, 255]),
  dailyLoss: fc.bigInt(0n, 2n ** 128n - 1n),
})
const hash32 = word.map((value) => toHex(value, { size: 32 }))
const actions: fc.Arbitrary<GatewayAction> = fc.oneof(
  fc.record({ type: fc.constant('setMode' as const), accountId: account, mode: fc.constantFrom(...MODES) }),
  fc.record({
    ...{ type: fc.constant('transfer' as const), from: account, to: account },
    ...{ cash: fc.bigInt(-(2n ** 255n), 2n ** 255n - 1n), legs: fc.array(position, { maxLength: 3 }) },
  }),
  fc.record({ type: fc.constant('merge' as const), from: account, to: account }),
  fc.record({
    ...{ type: fc.constant('withdraw' as const), accountId: account, asset: fc.integer({ min: 0, max: 255 }) },
    ...{ amount: word, receiver: address, minRatio: word },
  }),
  fc.record({
    ...{ type: fc.constant('setOperator' as const), accountId: account, operator: address, approved: fc.boolean() },
  }),
  fc.record({ type: fc.constant('setSessionKey' as const), accountId: account, key: address, terms }),
  fc.record({
    ...{ type: fc.constant('setReceiver' as const), accountId: account, receiver: address, allowed: fc.boolean() },
  }),
  fc.record({ type: fc.constant('cancel' as const), accountId: account, nonces: fc.array(word, { maxLength: 3 }) }),
  fc.record({
    ...{ type: fc.constant('cancelGroups' as const), accountId: account, groups: fc.array(hash32, { maxLength: 3 }) },
  }),
  fc.record({ type: fc.constant('cancelAll' as const), accountId: account }),
  fc.record({ type: fc.constant('voidNonces' as const), accountId: account, nonces: fc.array(word, { maxLength: 3 }) }),
)

/** Every type that `ActionHash.sol` hashes, as it is written there. */
function solidityTypes(): string[] {
  const source = readFileSync('contracts/libraries/ActionHash.sol', 'utf8')
  const constants = [...source.matchAll(/keccak256\(\s*((?:"[^"]*"\s*)+)\)/g)]
  return constants.map(([, strings = '']) => [...strings.matchAll(/"([^"]*)"/g)].map(([, text]) => text).join(''))
}

function encodedType({ types, primaryType }: Pick<ActionTypedData, 'types'> & { primaryType: string }): string {
  const names = [primaryType, ...Object.keys(types).filter((name) => name !== primaryType)]
  return names.map((name) => `${name}(${types[name]?.map((field) => `${field.type} ${field.name}`).join()})`).join('')
}

describe('signed actions', () => {
  it('have the types that the gateway hashes, and no other', () => {
    const seen = new Set(['TransferLeg(uint128 instrument,int128 lots)', 'PlimsollDeposit(bytes32 account)'])
    const check = (action: GatewayAction) => seen.add(encodedType(actionTypedData(deployment, action, validity)))
    fc.assert(
      fc.property(actions, (action) => void check(action)),
      { seed: SEED, numRuns: 500 },
    )
    assert.deepEqual([...seen].sort(), solidityTypes().sort())
  })

  it('of Permit2 have the witness that the gateway names', () => {
    const { PermitWitnessTransferFrom: _, ...types } = depositTypes
    const described = Object.entries(types).map(
      ([name, fields]) => `${name}(${fields.map((field) => `${field.type} ${field.name}`).join()})`,
    )
    const source = readFileSync('contracts/libraries/ActionHash.sol', 'utf8')
    assert.ok(source.includes(`"PlimsollDeposit witness)${described.join('')}"`))
    assert.equal(depositTypes.PermitWitnessTransferFrom.at(-1)?.name, 'witness')
  })

  it('say the same in the message and in the call, field by field', () => {
    const words = (value: unknown): unknown => (Array.isArray(value) ? value.map(words) : String(value).toLowerCase())
    const property = (action: GatewayAction) => {
      const { message } = actionTypedData(deployment, action, validity)
      const { args } = decodeFunctionData({
        abi: gatewayAbi,
        data: encodeAction(action, { ...validity, signature: '0x12' }),
      })
      const flat = args?.flatMap((value) => (isStruct(value) ? Object.values(value) : [value])) ?? []
      const { legs, ...plain } = message
      const expected = [...Object.values(legs === undefined ? message : { ...plain, legs: undefined }), '0x12']
      if (legs === undefined) assert.deepEqual(flat.map(words), [...expected.map(words)])
      else assert.equal(flat.length, expected.length)
    }
    fc.assert(fc.property(actions, property), { seed: SEED, numRuns: 300 })
  })

  it('hash as EIP-712 says, worked by hand for one', () => {
    const typeHash = keccak256(toHex('CancelAll(bytes32 account,uint256 nonce,uint256 deadline)'))
    const domainType = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'
    const bytes32 = { type: 'bytes32' } as const
    const uint256 = { type: 'uint256' } as const
    const struct = encodeAbiParameters([bytes32, bytes32, uint256, uint256], [typeHash, ZERO, 5n, 9n])
    const names = ['Plimsoll Gateway', '1'].map((text) => keccak256(toHex(text))) as [Hex, Hex]
    const domain = encodeAbiParameters(
      [bytes32, bytes32, bytes32, uint256, { type: 'address' }],
      [keccak256(toHex(domainType)), ...names, 7n, deployment.gateway],
    )
    const digest = keccak256(`0x1901${keccak256(domain).slice(2)}${keccak256(struct).slice(2)}`)
    assert.equal(hashAction(deployment, { type: 'cancelAll', accountId: ZERO }, validity), digest)
  })

  it('get nonces of their own', () => {
    assert.equal(new Set(Array.from({ length: 100 }, randomNonce)).size, 100)
  })
})

describe('terms of a session key', () => {
  it('come back as they were encoded', () => {
    const property = (key: typeof terms extends fc.Arbitrary<infer t> ? t : never) => {
      const kinds = KINDS.filter((kind) => key.kinds.includes(kind))
      assert.deepEqual(decodeSessionKey(encodeSessionKey(key)), { ...key, kinds })
    }
    fc.assert(fc.property(terms, property), { seed: SEED, numRuns: 200 })
    assert.deepEqual(encodeSessionKey(REVOKED), { expiry: 0, kinds: 0, dailyLoss: 0n, underlyings: 0n })
  })

  it('are refused when they do not fit', () => {
    assert.throws(() => encodeSessionKey({ ...REVOKED, expiry: 2 ** 40 }), OutOfRangeError)
    assert.throws(() => encodeSessionKey({ ...REVOKED, dailyLoss: 2n ** 128n }), OutOfRangeError)
    assert.throws(() => encodeSessionKey({ ...REVOKED, underlyings: [256] }), OutOfRangeError)
  })
})

function isStruct(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
