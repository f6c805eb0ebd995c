/** `black76Batch` with two options per instruction, by WebAssembly SIMD. */
import type { OptionColumns, ValueColumns } from '../black76Batch.ts'
import { requireLength } from '../columns.ts'
import { KERNEL } from './kernel.ts'

/** Rows per run of the kernel, and the order of its columns; see risk/assembly/black76Kernel.as. */
const CAPACITY = 256
const INPUTS = ['sign', 'forward', 'strike', 'expiryYears', 'volatility', 'discount'] as const
const OUTPUTS = ['value', 'delta', 'vega'] as const

/** The part of the WebAssembly interface that is needed: the language's own library has no types for it. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  Instance: new (module: object) => { readonly exports: Record<string, unknown> }
}

/** `price` gives the number of rows outside the domain; `memory` holds the columns. */
type KernelExports = { price: (rows: number) => number; memory: { buffer: ArrayBuffer } }

type Kernel = { price: KernelExports['price']; columns: readonly Float64Array[] }

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

function isKernel(exports: object): exports is KernelExports {
  return 'price' in exports && typeof exports.price === 'function' && 'memory' in exports
}

function loadKernel(): Kernel {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(KERNEL)))
  if (!isKernel(exports)) throw new TypeError('The SIMD kernel lacks its exports; build it again.')
  const { buffer } = exports.memory
  const columns = [...INPUTS, ...OUTPUTS].map((_, i) => new Float64Array(buffer, i * CAPACITY * 8, CAPACITY))
  return { price: exports.price, columns }
}

/** Loaded at the first call and kept: a call runs to its end before another begins. */
let loaded: Kernel | undefined

/**
 * The same as `black76Batch` in every respect, with the same bound on the error, but nearly twice as fast where
 * WebAssembly SIMD exists (every current browser, Node from 16). Results can differ from `black76Batch` within the bound.
 *
 * @param out receives the results, as long as the columns of `options`.
 * @returns the number of rows outside the domain.
 * @throws DomainError if the lengths differ; WebAssembly.CompileError where there is no SIMD.
 */
export function black76BatchSimd(options: OptionColumns, out: ValueColumns): number {
  const length = out.value.length
  requireLength(length, { ...options, ...out })
  loaded ??= loadKernel()
  const { price, columns } = loaded
  const inputs = INPUTS.map((name) => options[name])
  const outputs = OUTPUTS.map((name) => out[name])
  let refused = 0
  for (let start = 0; start < length; start += CAPACITY) {
    const count = Math.min(CAPACITY, length - start)
    for (const [i, input] of inputs.entries()) {
      columns[i]?.set(input.subarray(start, start + count))
      if (count % 2 === 1) columns[i]?.fill(1, count, count + 1) // a valid row beside the last
    }
    refused += price(count + (count % 2))
    for (const [i, output] of outputs.entries()) output.set(columns[INPUTS.length + i]?.subarray(0, count) ?? [], start)
  }
  return refused
}
