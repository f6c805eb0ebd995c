/**
 * Compiles the SIMD kernels to WebAssembly and writes them, as base64, into the package:
 *
 *     node risk/assembly/build.ts
 *
 * The kernels are committed, so that the package has no build step; tests compile them again and compare the bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import asc from 'assemblyscript/asc'

const OPTIONS = { optimizeLevel: 3, shrinkLevel: 0, converge: true, noAssert: true, runtime: 'stub', initialMemory: 1 }

/** `sources` are joined in this order into one module; `from` names them, `target` is in the package's `src/`. */
const KERNELS = {
  pricing: {
    from: 'black76Kernel.as',
    sources: ['black76Kernel.as'],
    target: 'pricing/simd/kernel.ts',
    options: { memoryBase: 13 * 256 * 8, enable: ['simd'] },
  },
  margin: {
    from: 'margin',
    sources: ['records', 'product', 'underlying', 'account'].map((name) => `margin/${name}.as`),
    target: 'batch/simd/kernel.ts',
    options: { enable: ['simd', 'bulk-memory'] },
  },
}

export type KernelName = keyof typeof KERNELS

/** A kernel's bytes. Throws with the compiler's messages if it does not compile. */
export async function compileKernel(name: KernelName): Promise<Uint8Array> {
  const { sources, options } = KERNELS[name]
  const source = sources.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('\n')
  const { error, stderr, binary } = await asc.compileString(source, { ...OPTIONS, ...options })
  if (error !== null || binary === null) throw new Error(`The kernel "${name}" does not compile:\n${stderr.toString()}`)
  return binary
}

async function write(name: KernelName): Promise<void> {
  const { from, target } = KERNELS[name]
  const bytes = await compileKernel(name)
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,110}/g) ?? []
  const text = lines.map((line) => `  '${line}',`).join('\n')
  const origin = `/** WebAssembly of risk/assembly/${from} in base64, made by \`node risk/assembly/build.ts\`. */`
  writeFileSync(
    new URL(`../src/${target}`, import.meta.url),
    `${origin}\nexport const KERNEL = [\n${text}\n].join('')\n`,
  )
  process.stdout.write(`${name}: ${bytes.length} bytes\n`)
}

if (import.meta.main) for (const name of Object.keys(KERNELS) as KernelName[]) await write(name)
