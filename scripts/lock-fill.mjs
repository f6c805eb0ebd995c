// `npm run lock`: run it after every `npm install`. Where a registry mirror lacks some optional platform packages, npm
// leaves them out of the lock and `npm ci` then fails with "Missing: ... from lock file". This adds the absent entries;
// npm skips them on other platforms. It also drops tarball addresses, so that the lock names no registry.
import { readFileSync, writeFileSync } from 'node:fs'

const SYSTEMS = 'darwin linux win32 freebsd netbsd openbsd android aix sunos openharmony'.split(' ')
const PROCESSORS = {
  ...Object.fromEntries('x64 arm64 arm ia32 riscv64 s390x ppc64 loong64 wasm32'.split(' ').map((cpu) => [cpu, cpu])),
  amd64: 'x64',
  armhf: 'arm',
  ppc64le: 'ppc64',
  mips64el: 'mips64el',
}

/** Where Node.js would look for `name` from the package at `path`. */
function candidates(path, name) {
  const homes = [`node_modules/${name}`]
  for (let at = path; at; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    homes.push(`${at}/node_modules/${name}`)
  }
  return homes
}

function platformOf(name) {
  const words = name.split(/[-/@]/)
  const os = SYSTEMS.find((each) => words.includes(each)) ?? (/\bwin(dows)?\b/.test(name) ? 'win32' : undefined)
  const cpu = PROCESSORS[words.find((word) => PROCESSORS[word])]
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(os ? { os: [os] } : {}) }
}

function fill(packages) {
  let added = 0
  for (const [path, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(optionalDependencies)) {
      if (candidates(path, name).some((home) => packages[home])) continue
      const version = range.replace(/^[\^~]/, '')
      if (!/^\d+\.\d+\.\d+/.test(version)) {
        console.error(`skipped ${name}@${range} of ${path}: not one version`)
        continue
      }
      packages[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev ? { dev: true } : {}), optional: true }
      added++
    }
  }
  return added
}

for (const file of ['package-lock.json', 'tools/node/package-lock.json']) {
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const added = fill(lock.packages)
  for (const entry of Object.values(lock.packages)) if (!entry.link) delete entry.resolved
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
  console.error(`${file}: ${added} entries added`)
}
