/** ABI words without the checks of a client library: a million calls spend their time in the engine, not in the encoding. */
import type { AbiParameter } from 'viem'

type Components = readonly AbiParameter[]
type Value = bigint | number | boolean | string | readonly Value[] | { readonly [name: string]: Value }

/** Values in the order of `parameters`, as hex without 0x. */
export function encodeWords(parameters: Components, values: readonly Value[]): string {
  return sequence(parameters.map((parameter, index) => ({ parameter, value: values[index] ?? 0n })))
}

type Item = { readonly parameter: AbiParameter; readonly value: Value }

/** Heads, then the tails that the dynamic ones point to. */
function sequence(items: readonly Item[]): string {
  const parts = items.map(({ parameter, value }) => ({ text: one(parameter, value), dynamic: isDynamic(parameter) }))
  let offset = parts.reduce((bytes, { text, dynamic }) => bytes + (dynamic ? 32 : text.length / 2), 0)
  let [heads, tails] = ['', '']
  for (const { text, dynamic } of parts) {
    if (!dynamic) heads += text
    else {
      heads += word(BigInt(offset))
      tails += text
      offset += text.length / 2
    }
  }
  return heads + tails
}

function one(parameter: AbiParameter, value: Value): string {
  const { type } = parameter
  if (type.endsWith('[]')) {
    const item = { ...parameter, type: type.slice(0, -2) }
    const values = value as readonly Value[] // an array's value
    return word(BigInt(values.length)) + sequence(values.map((each) => ({ parameter: item, value: each })))
  }
  if (type === 'bytes') {
    const bytes = String(value).slice(2)
    return word(BigInt(bytes.length / 2)) + bytes.padEnd(Math.ceil(bytes.length / 64) * 64, '0')
  }
  if (type !== 'tuple') return word(BigInt(value as bigint | number | boolean)) // an elementary type's value
  const fields = value as { readonly [name: string]: Value } // a struct's value
  return sequence(componentsOf(parameter).map((field) => ({ parameter: field, value: fields[field.name ?? ''] ?? 0n })))
}

function isDynamic(parameter: AbiParameter): boolean {
  const { type } = parameter
  return type === 'bytes' || type.endsWith('[]') || (type === 'tuple' && componentsOf(parameter).some(isDynamic))
}

export function componentsOf(parameter: AbiParameter | undefined): Components {
  return parameter && 'components' in parameter ? parameter.components : []
}

function word(value: bigint): string {
  return BigInt.asUintN(256, value).toString(16).padStart(64, '0')
}

/** Reads words one after the other. */
export class WordReader {
  readonly #hex: string
  #at = 0

  /** @param hex Without 0x. */
  constructor(hex: string) {
    this.#hex = hex
  }

  seek(bytes: bigint): this {
    this.#at = Number(bytes) * 2
    return this
  }

  unsigned(): bigint {
    const text = this.#hex.slice(this.#at, this.#at + 64)
    if (text.length !== 64) throw new RangeError(`The answer ends at ${this.#hex.length / 2} bytes.`)
    this.#at += 64
    return BigInt(`0x${text}`)
  }

  /** The fields of a struct of elementary types and fixed arrays of them, by name. */
  fields(components: Components, prefix: string, into: Record<string, bigint>): void {
    for (const { name = '', type } of components) {
      const [, base = type, length] = /^(\w+)\[(\d+)\]$/.exec(type) ?? []
      const read = () => (base.startsWith('int') ? BigInt.asIntN(256, this.unsigned()) : this.unsigned())
      if (length === undefined) into[`${prefix}.${name}`] = read()
      else for (let index = 0; index < Number(length); index++) into[`${prefix}.${name}.${index}`] = read()
    }
  }
}
