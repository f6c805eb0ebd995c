/**
 * Compiles the margin kernel to WebAssembly and writes it, as base64, into the package:
 *
 *     node risk/assembly/buildMargin.ts
 *
 * The kernel is committed, so that the package has no build step; a test compiles it again and compares the bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import asc from 'assemblyscript/asc'

/** Joined in this order into one module. */
const SOURCES = ['records', 'product', 'underlying', 'account'].map(
  (name) => new URL(`margin/${name}.as`, import.meta.url),
)
const TARGET = new URL('../src/batch/simd/kernel.ts', import.meta.url)

/** The kernel's bytes. Throws with the compiler's messages if it does not compile. */
export async function compileMarginKernel(): Promise<Uint8Array> {
  const { error, stderr, binary } = await asc.compileString(
    SOURCES.map((file) => readFileSync(file, 'utf8')).join('\n'),
    {
      optimizeLevel: 3,
      shrinkLevel: 0,
      converge: true,
      noAssert: true,
      runtime: 'stub',
      initialMemory: 1,
      enable: ['simd', 'bulk-memory'],
    },
  )
  if (error !== null || binary === null) throw new Error(`The kernel does not compile:\n${stderr.toString()}`)
  return binary
}

if (import.meta.main) {
  const bytes = await compileMarginKernel()
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,110}/g) ?? []
  const text = lines.map((line) => `  '${line}',`).join('\n')
  writeFileSync(
    TARGET,
    `/** WebAssembly of risk/assembly/margin in base64, made by \`node risk/assembly/buildMargin.ts\`. */\nexport const KERNEL = [\n${text}\n].join('')\n`,
  )
  process.stdout.write(`${bytes.length} bytes\n`)
}
