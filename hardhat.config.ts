import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import ethers from '@nomicfoundation/hardhat-ethers'
import chaiMatchers from '@nomicfoundation/hardhat-ethers-chai-matchers'
import mocha from '@nomicfoundation/hardhat-mocha'
import viem from '@nomicfoundation/hardhat-toolbox-viem'
import { MultiProcessMutex } from '@nomicfoundation/hardhat-utils/synchronization'
import { defineConfig, overrideTask } from 'hardhat/config'
import type { HardhatPlugin } from 'hardhat/types/plugins'

/** Warnings nobody here can act on: those about files in node_modules, and the one that says there are many. */
const DEPENDENCY_WARNING = /node_modules|There are more than 256 warnings/

const quietDependencies: HardhatPlugin = {
  id: 'quiet-dependencies',
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        getCompilationJobErrors: async (context, job, output, next) => {
          const errors = await next(context, job, output)
          return errors.filter(
            ({ severity, formattedMessage }) =>
              severity === 'error' || !DEPENDENCY_WARNING.test(formattedMessage ?? ''),
          )
        },
      }),
    }),
  },
}

/** Two lots of tests, as heavy as each other to compile: all but the one that measures the gas of libraries. */
const TESTS = [
  globSync('test/{unit/{attacks,accounts,libraries,oracles},fuzz,invariant}/**/*.t.sol'),
  globSync('test/{unit/{*,core/**/*},gas/Liquidation}.t.sol'),
]

/**
 * Processes that build at the same time would write one cache: they take turns, for longer than the longest build. The lock is
 * outside of the folder, because one that another machine left there could not be broken.
 */
const place = createHash('sha256')
  .update(import.meta.dirname)
  .digest('hex')
  .slice(0, 16)
const building = new MultiProcessMutex(join(tmpdir(), `plimsoll-build-${place}.lock`), 900_000)

/**
 * One compiler per core: by default Hardhat leaves one out, half of the machine where there are two. Files are compiled together
 * when their settings are one object, so each lot of tests has its own. The optimizer takes two thirds of their compilation and
 * saves less when they run: what they deploy is optimized all the same.
 */
const compileOnAllCores: HardhatPlugin = {
  id: 'compile-on-all-cores',
  hookHandlers: {
    config: async () => ({
      default: async () => ({
        resolveUserConfig: async (userConfig, resolveVariable, next) => {
          const config = await next(userConfig, resolveVariable)
          for (const { compilers, overrides } of Object.values(config.solidity.profiles)) {
            for (const names of TESTS) {
              const compiler = structuredClone(compilers[0])
              if (!compiler) continue
              compiler.settings.optimizer = { enabled: false }
              for (const name of names) overrides[name] = compiler
            }
          }
          return config
        },
      }),
    }),
    solidity: async () => ({
      default: async () => ({
        build: (context, roots, options, next) =>
          building.use(() => next(context, roots, { concurrency: availableParallelism(), ...options })),
      }),
    }),
  },
}

/** Solidity tests deploy the protocol from its artifacts: these are built first, so that no test runs on stale ones. */
const buildBeforeSolidityTests = overrideTask(['test', 'solidity'])
  .setAction(async () => ({
    default: async (args, hre, runSuper) => {
      await hre.tasks.getTask('build').run({ quiet: true, noTests: true })
      return runSuper(args)
    },
  }))
  .build()

const path = createRequire(import.meta.url).resolve('solc/soljson.js') // the pinned compiler, never a download
const settings = {
  evmVersion: 'osaka',
  optimizer: { enabled: true, runs: 200 },
}
/** What is deployed goes through the IR pipeline, tuned for calls. Tests compile fast, and deploy that from its artifacts. */
const deployed = {
  version: '0.8.37',
  path,
  settings: {
    ...settings,
    viaIR: true,
    optimizer: { enabled: true, runs: 20_000 },
  },
}
/** The one that is near the size limit is tuned a little less. */
const large = { ...deployed, settings: { ...deployed.settings, optimizer: { enabled: true, runs: 960 } } }
const DEPLOYED = [
  'Auction',
  'Exchange',
  'Gateway',
  'HistoryFeed',
  'MarginEngine',
  'Markets',
  'PremiumFeed',
  'Series',
  'Settlement',
  'SurfaceFeed',
  'Surfaces',
  'Tails',
  'Vault',
]

/** What Solidity tests may read. */
const fsPermissions = { readFile: ['test/fixtures/data/permit2.hex'] }

export default defineConfig({
  tasks: [buildBeforeSolidityTests],
  plugins: [quietDependencies, compileOnAllCores, viem, ethers, chaiMatchers, mocha],
  solidity: {
    compilers: [{ version: '0.8.37', path, settings }],
    overrides: {
      'contracts/core/Clearinghouse.sol': large,
      'test/gas/OptionMath.t.sol': deployed,
      ...Object.fromEntries(DEPLOYED.map((name) => [`contracts/core/${name}.sol`, deployed])),
    },
    npmFilesToBuild: ['@openzeppelin/contracts/access/manager/AccessManager.sol'],
  },
  networks: {
    default: { type: 'edr-simulated', chainType: 'l1', hardfork: 'osaka' },
    node: {
      type: 'edr-simulated',
      chainType: 'l1',
      hardfork: 'osaka',
      loggingEnabled: false,
    },
    localhost: { type: 'http', chainType: 'l1', url: 'http://127.0.0.1:8545' },
  },
  paths: {
    // scripts/test.ts hands each runner its own files; these are the roots for a bare `hardhat test`.
    tests: {
      solidity: 'test',
      nodejs: 'test/integration',
      mocha: 'test/ethers',
    },
  },
  test: {
    mocha: { timeout: 60_000 },
    solidity: {
      profiles: {
        default: {
          fsPermissions,
          fuzz: {
            runs: 256,
            seed: '0x506c696d',
            failurePersistDir: 'cache/fuzz',
          },
          invariant: {
            runs: 64,
            depth: 100,
            shrinkRunLimit: 0, // replays of a long walk take longer than the whole suite; `heavy` shrinks
            failOnRevert: true,
            failurePersistDir: 'cache/invariant',
          },
        },
        heavy: {
          fsPermissions,
          fuzz: {
            runs: 25_600,
            seed: '0x736f6c6c',
            failurePersistDir: 'cache/fuzz',
          },
          invariant: {
            runs: 1_000,
            depth: 500,
            failOnRevert: true,
            failurePersistDir: 'cache/invariant',
          },
        },
      },
    },
  },
})
