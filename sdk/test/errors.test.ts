import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AbiParameter, encodeAbiParameters, encodeErrorResult, type Hex, toFunctionSelector, zeroHash } from 'viem'
import {
  decodeError,
  errorsAbi,
  InsufficientMarginError,
  NotTighterError,
  PanicError,
  PlimsollError,
  RevertError,
  RevertReasonError,
  UnknownRevertError,
} from '../src/index.ts'

const SAMPLES: Record<string, unknown> = {
  address: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045',
  bool: true,
  bytes32: zeroHash,
  string: 'text',
}

function sampleOf({ type }: AbiParameter): unknown {
  if (type in SAMPLES) return SAMPLES[type]
  return type === 'uint8' || type === 'uint32' ? 7 : 7n
}

function dataOf(item: (typeof errorsAbi)[number]): Hex {
  const inputs: readonly AbiParameter[] = item.inputs
  const signature = `${item.name}(${inputs.map(({ type }) => type).join()})`
  return `${toFunctionSelector(signature)}${encodeAbiParameters(inputs, inputs.map(sampleOf)).slice(2)}`
}

const marginData = encodeErrorResult({ abi: errorsAbi, errorName: 'InsufficientMargin', args: [zeroHash, 1n, 3n, 2n] })

describe('decodeError', () => {
  for (const item of errorsAbi) {
    it(`decodes ${item.name}(${item.inputs.map(({ name }) => name).join(', ')}) with its values and advice`, () => {
      const error = decodeError(dataOf(item))
      assert.ok(error instanceof RevertError)
      assert.equal(error.errorName, item.name)
      assert.equal(error.name, `${item.name}Error`)
      assert.match(error.code, /^[A-Z0-9_]+$/)
      const fields = error as unknown as Record<string, unknown>
      for (const input of item.inputs) assert.deepEqual(fields[input.name], sampleOf(input), input.name)
      assert.match(error.message, /\. .*[.]$|[.]$/)
    })
  }

  it('gives each error a code of its own', () => {
    const codes = new Set(errorsAbi.map((item) => decodeError(dataOf(item))?.code))
    assert.equal(codes.size, new Set(errorsAbi.map(({ name }) => name)).size)
  })

  it('says what is missing and keeps the cause', () => {
    const cause = { name: 'provider error', data: marginData }
    const error = decodeError({ message: 'failed', error: cause })
    assert.ok(error instanceof InsufficientMarginError)
    assert.deepEqual([error.equity, error.initial, error.maintenance, error.code], [1n, 3n, 2n, 'INSUFFICIENT_MARGIN'])
    assert.match(error.message, /0\.000000000000000002 USD more/)
    assert.deepEqual(error.cause, { message: 'failed', error: cause })
  })

  it('finds the data where viem, ethers and nodes put it', () => {
    for (const shape of [
      { data: marginData },
      { raw: marginData },
      { cause: { cause: { data: marginData } } },
      { info: { error: { code: 3, data: marginData } } },
      { data: { data: marginData } },
    ]) {
      assert.ok(decodeError(shape) instanceof InsufficientMarginError, Object.keys(shape).join())
    }
  })

  it('tells both errors named NotTighter apart', () => {
    const both = errorsAbi.filter(({ name }) => name === 'NotTighter').map((item) => decodeError(dataOf(item)))
    const parameters = both.map((error) => (error instanceof NotTighterError ? error.parameter : 'wrong class'))
    assert.deepEqual(parameters.sort(), [zeroHash, undefined])
  })

  it('names reasons, panics and foreign errors', () => {
    const reason = encodeErrorResult({
      abi: [{ type: 'error', name: 'Error', inputs: [{ name: 'reason', type: 'string' }] }],
      args: ['no'],
    })
    const panic = encodeErrorResult({
      abi: [{ type: 'error', name: 'Panic', inputs: [{ name: 'code', type: 'uint256' }] }],
      args: [17n],
    })
    const errors = [decodeError(reason), decodeError(panic), decodeError('0x12345678')]
    assert.ok(errors[0] instanceof RevertReasonError && errors[0].reason === 'no')
    assert.ok(errors[1] instanceof PanicError && errors[1].panic === 17n)
    assert.ok(errors[2] instanceof UnknownRevertError && errors[2].data === '0x12345678')
    assert.ok(decodeError(marginData.slice(0, 20) as Hex) instanceof UnknownRevertError)
  })

  it('returns errors of its own unchanged and nothing where there is no revert', () => {
    const error = decodeError(marginData)
    assert.equal(decodeError(error), error)
    for (const other of [undefined, null, 'text', new Error('offline'), '0x', { data: '0x' }]) {
      assert.equal(decodeError(other), undefined)
    }
  })
})

describe('walk', () => {
  it('finds the error that a predicate accepts, the innermost without one, and null for none', () => {
    const inner = new Error('inner')
    const middle = new Error('middle', { cause: inner })
    const error = new UnknownRevertError({ data: '0x12345678', cause: middle })
    assert.equal(error.walk(), inner)
    assert.equal(
      error.walk((each) => each instanceof PlimsollError),
      error,
    )
    assert.equal(
      error.walk((each) => each === middle),
      middle,
    )
    assert.equal(
      error.walk((each) => each instanceof RangeError),
      null,
    )
  })
})
