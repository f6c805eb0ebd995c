import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { it } from 'node:test'
import { errorPage, isCurrent } from '../scripts/errorDocs.ts'
import { errorsAbi } from '../src/index.ts'

it('the page of errors is current: `node sdk/scripts/errorDocs.ts` writes it', () => {
  assert.equal(isCurrent(), true)
})

it('every docsPath points at a heading of the page', () => {
  const anchors = new Set([...errorPage().matchAll(/^### (\w+)$/gm)].map(([, name]) => name?.toLowerCase()))
  const sources = globSync('sdk/src/**/*.ts').map((file) => readFileSync(file, 'utf8'))
  const literal = sources.flatMap((text) => [...text.matchAll(/docsPath: '([^']+)'/g)].map(([, path]) => path))
  assert.ok(literal.length >= 10)
  for (const path of literal) {
    const [page, anchor] = path?.split('#') ?? []
    assert.deepEqual([page, anchors.has(anchor)], ['/sdk/errors.md', true], path)
  }
  for (const { name } of errorsAbi) assert.ok(anchors.has(name.toLowerCase()), name)
})
