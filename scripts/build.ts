/** Compiles the publishable packages to JavaScript and declarations in their `dist/`, each with the package.json to publish. */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

type Manifest = { exports: Record<string, string>; [key: string]: unknown }

/** `./src/index.ts` in the repository is `./index.js` beside `./index.d.ts` in the published package. */
function publishedExport(source: string) {
  const stem = source.replace(/^\.\/src\//, './').replace(/\.ts$/, '')
  return { types: `${stem}.d.ts`, default: `${stem}.js` }
}

for (const name of ['risk', 'sdk', 'keeper']) {
  rmSync(`${name}/dist`, { recursive: true, force: true })
  execFileSync('tsc', ['--project', `${name}/tsconfig.json`], { stdio: 'inherit' })
  const manifest: Manifest = JSON.parse(readFileSync(`${name}/package.json`, 'utf8'))
  const exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([entry, source]) => [entry, publishedExport(source)]),
  )
  writeFileSync(`${name}/dist/package.json`, `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`)
}
