/**
 * Holds `docs/invariants.md` and the tests together: every built INV number is quoted by a test, and nothing quotes a
 * number that the document does not list.
 */
import { globSync, readFileSync } from 'node:fs'

const DOCUMENT = 'docs/invariants.md'
const TESTS = 'test/**/*.{sol,ts}'
const CONTRACTS = 'contracts/**/*.sol'
const QUOTE = /INV-?(\d+)/g

/** The document's numbers: `### INV-n` under `## Built`, `- INV-n` under `## Planned`. */
function listed(text: string): { built: Set<number>; planned: Set<number> } {
  const [, built, planned] = /^## Built$([\s\S]*?)^## Planned$([\s\S]*)/m.exec(text) ?? []
  if (built === undefined || planned === undefined) {
    throw new Error(`${DOCUMENT} needs the sections "## Built" and "## Planned", in this order.`)
  }
  return { built: numbers(built, /^### INV-(\d+)\b/gm), planned: numbers(planned, /^- INV-(\d+)\b/gm) }
}

function numbers(text: string, pattern: RegExp): Set<number> {
  return new Set([...text.matchAll(pattern)].map(([, number]) => Number(number)))
}

const { built, planned } = listed(readFileSync(DOCUMENT, 'utf8'))
const tested = new Set<number>()
const problems: string[] = []

if (built.size === 0) problems.push(`${DOCUMENT} lists no built invariant.`)
for (const number of built) {
  if (planned.has(number)) problems.push(`INV-${number} is both built and planned in ${DOCUMENT}.`)
}
for (const file of globSync([TESTS, CONTRACTS])) {
  for (const number of numbers(readFileSync(file, 'utf8'), QUOTE)) {
    if (file.startsWith('test')) tested.add(number)
    if (!built.has(number) && !planned.has(number)) {
      problems.push(`${file} quotes INV-${number}, which ${DOCUMENT} does not list.`)
    }
  }
}
for (const number of built) {
  if (!tested.has(number)) problems.push(`No test quotes INV-${number}: write one, or move it to "## Planned".`)
}

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`${built.size} invariants built and quoted by tests, ${planned.size} planned.`)
