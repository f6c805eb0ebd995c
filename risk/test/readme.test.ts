import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'

const ROOT = new URL('..', import.meta.url)
const readText = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')
const blocksOf = (text: string) => [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)

/** What a block says it prints: the comments behind its `console.log`. */
function promisedLines(code: string): string[] {
  return [...code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, said = '']) => said)
}

async function printedLines(code: string): Promise<string[]> {
  const options = { cwd: ROOT, env: { ...process.env, NODE_NO_WARNINGS: '1' } }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module-typescript', '--eval', code],
    options,
  )
  return stdout.trimEnd().split('\n')
}

describe('the examples of the README', () => {
  const blocks = blocksOf(readText('README.md'))

  it('print what they say, entry by entry', { timeout: 60_000 }, async () => {
    assert.ok(blocks.length >= 10)
    for (const code of blocks) {
      const promised = promisedLines(code)
      assert.ok(promised.length > 0, code)
      assert.deepEqual(await printedLines(code), promised, code)
    }
  })

  it('are those that the entry points carry in their docs', () => {
    for (const code of blocks) {
      const [, entry = ''] = /'@plimsoll\/risk\/(\w+)'/.exec(code) ?? []
      const inDocs = readText(`src/${entry}/index.ts`).replace(/^ \* ?/gm, '')
      assert.ok(blocksOf(inDocs).includes(code), `src/${entry}/index.ts`)
    }
  })
})
