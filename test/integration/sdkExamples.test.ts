import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, it } from 'node:test'
import ts from 'typescript'

/** What the examples import from their reader. */
const DEPLOYMENT = "import type { Deployment } from '@plimsoll/sdk'\nexport declare const deployment: Deployment\n"

/** Every `@example` of the package and every snippet of its pages. */
function examples(): { name: string; source: string }[] {
  const inComments = globSync('sdk/src/**/*.ts').flatMap((file) => {
    const comments = [...readFileSync(file, 'utf8').matchAll(/@example\n((?: \*(?!\/).*\n)+)/g)]
    return comments.map(([, lines = '']) => ({ file, source: lines.replace(/^ \* ?/gm, '') }))
  })
  const inPages = ['sdk/README.md', ...globSync('docs/sdk/*.md')].flatMap((file) => {
    const snippets = [...readFileSync(file, 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)]
    return snippets.map(([, source = '']) => ({ file, source }))
  })
  return [...inComments, ...inPages].map(({ file, source }, index) => {
    return { name: `${file.replaceAll('/', '.')}.${index}.ts`, source: `${source}\nexport {}\n` }
  })
}

let folder: string
before(() => {
  folder = mkdtempSync(resolve('sdk/.examples-')) // inside the package, whose dependencies they need
})
after(() => rmSync(folder, { recursive: true }))

it('every example of the SDK and every snippet of its pages compiles', () => {
  const all = examples()
  const client = all.find(({ source }) => source.includes('export const client')) ?? assert.fail('no client.ts')
  const files = [{ name: 'deployment.ts', source: DEPLOYMENT }, { ...client, name: 'client.ts' }, ...all]
  assert.ok(files.length > 80)
  for (const { name, source } of files) writeFileSync(join(folder, name), source)
  const { config } = ts.readConfigFile('tsconfig.base.json', ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, resolve('.'))
  const program = ts.createProgram(
    files.map(({ name }) => join(folder, name)),
    { ...options, noEmit: true, noUnusedLocals: false },
  )
  const problems = program.getSourceFiles().flatMap((source) => {
    if (!source.fileName.startsWith(folder)) return []
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  })
  const texts = problems.map(({ file, messageText }) => {
    return `${file?.fileName.slice(folder.length + 1)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
  assert.deepEqual(texts, [])
})
