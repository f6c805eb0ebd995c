/** Compiles the publishable packages into their `dist/` and puts the package.json to publish beside the result. */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

const PACKAGES = ['risk', 'sdk', 'keeper', 'matcher']

type Manifest = { exports: Record<string, string>; bin?: Record<string, string>; [key: string]: unknown }

/** `./src/index.ts` in the repository is `./index.js` beside `./index.d.ts` in the published package. */
function publishedExport(source: string) {
  const stem = source.replace(/^\.\/src\//, './').replace(/\.ts$/, '')
  return { types: `${stem}.d.ts`, default: `${stem}.js` }
}

for (const name of PACKAGES) rmSync(`${name}/dist`, { recursive: true, force: true })
execFileSync('tsc', ['--build', ...PACKAGES], { stdio: 'inherit' })
for (const name of PACKAGES) {
  const manifest: Manifest = JSON.parse(readFileSync(`${name}/package.json`, 'utf8'))
  const entries = Object.entries(manifest.exports).map(([entry, source]) => [entry, publishedExport(source)])
  const commands = Object.entries(manifest.bin ?? {}).map(([command, source]) => [
    command,
    publishedExport(source).default,
  ])
  const bin = commands.length > 0 ? { bin: Object.fromEntries(commands) } : {}
  const published = { ...manifest, exports: Object.fromEntries(entries), ...bin }
  writeFileSync(`${name}/dist/package.json`, `${JSON.stringify(published, null, 2)}\n`)
}
