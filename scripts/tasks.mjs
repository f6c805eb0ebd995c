/** Task name -> commands run one after the other; arguments of the caller go to the last one. */
export const TASKS = {
  test: [['node', 'scripts/test.ts']],
  demo: [['node', 'scripts/demo.ts']],
  example: [['node', 'scripts/example.ts']],
  replay: [['node', 'scripts/replay.ts']],
  plimsoll: [['node', 'risk/src/cli/main.ts']],
  parity: [['node', 'scripts/parity.ts']],
  bench: [['node', 'bench/src/main.ts']],
  keeper: [['node', 'keeper/src/main.ts']],
  feeds: [['node', 'scripts/feeds.ts']],
  matcher: [['node', 'scripts/matcher.ts']],
  build: [
    ['hardhat', 'build', '--no-tests'],
    ['node', 'sdk/scripts/abis.ts'],
    ['node', 'sdk/scripts/errorDocs.ts'],
    ['node', 'scripts/build.ts'],
  ],
  docs: [['typedoc']],
  typecheck: [
    ['hardhat', 'build', '--quiet', '--no-tests'],
    ['tsc', '--project', 'tsconfig.json'],
  ],
  lint: [['node', 'scripts/test.ts', 'lint']],
  format: [
    ['biome', 'check', '--write', '--linter-enabled=false', '.'],
    ['prettier', '--write', '--log-level', 'warn', '--no-error-on-unmatched-pattern', '{contracts,test}/**/*.sol'],
  ],
  lock: [['node', 'scripts/lock-fill.mjs']],
  exec: [[]],
}
