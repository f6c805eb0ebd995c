import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { GAS_SNAPSHOT, MATCHER_SNAPSHOT, MATCHER_TABLE, RISK_SNAPSHOT, RISK_TABLE } from './snapshot.ts'

/** Names to the left, figures to the right. */
function tableOf(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, figure]) => `${name.padEnd(width)}  ${figure.padStart(11)}`.trimEnd()).join('\n')
}

function naturalNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Give an integer from 1 on.')
  return value
}

const program = new Command('bench').description('Measures what the project costs to use')
program
  .command('gas')
  .description('gas of whole transactions, storage cold, prices through Chainlink sources')
  .option('--json', 'print one JSON object (docs/schemas/bench-gas.json)')
  .option('--snapshot', 'write bench/results/gas.json')
  .action(async (options: { json?: true; snapshot?: true }) => {
    const { measureGas } = await import('./gas.ts') // Hardhat: the other benchmarks need none
    const { gasRows } = await import('./gasRows.ts')
    const table = await measureGas((step) => process.stderr.write(`gas: ${step}\n`))
    if (options.snapshot) writeFileSync(GAS_SNAPSHOT, `${JSON.stringify(table, null, 2)}\n`)
    console.log(options.json ? JSON.stringify(table) : tableOf(gasRows(table)))
  })
program
  .command('sizes')
  .description('bytes of every deployed contract beside the limits of the chain')
  .option('--json', 'print one JSON object')
  .action(async (options: { json?: true }) => {
    const { CODE_LIMIT, contractSizes, INIT_CODE_LIMIT } = await import('./sizes.ts')
    const { default: hre } = await import('hardhat')
    await hre.tasks.getTask('build').run({ quiet: true, noTests: true })
    const contracts = contractSizes()
    const rows = contracts.map(({ contract, code, initCode }): [string, string] => [
      contract,
      `${code} of ${CODE_LIMIT}, init code ${initCode} of ${INIT_CODE_LIMIT}`,
    ])
    console.log(options.json ? JSON.stringify({ codeLimit: CODE_LIMIT, contracts }) : tableOf(rows))
  })
program
  .command('risk')
  .description('options priced per second beside other libraries; time and memory to margin a million accounts')
  .option('--json', 'print one JSON object (docs/schemas/bench-risk.json)')
  .option('--snapshot', 'write bench/results/risk.json and risk.txt')
  .option('--accounts <n>', 'accounts to margin', naturalNumber, 1_000_000)
  .option('--workers <n>', 'threads to margin them with', naturalNumber, 2)
  .action(async (options: { json?: true; snapshot?: true; accounts: number; workers: number }) => {
    const { describeMachine, measureRisk, rowsOf } = await import('./risk/main.ts')
    const machine = describeMachine()
    const table = await measureRisk(options, (step) => process.stderr.write(`risk: ${step}\n`))
    const text = `${machine}\n\n${tableOf(rowsOf(table))}`
    if (options.snapshot) writeFileSync(RISK_SNAPSHOT, `${JSON.stringify(table, null, 2)}\n`)
    if (options.snapshot) writeFileSync(RISK_TABLE, `${text}\n`)
    console.log(options.json ? JSON.stringify(table) : text)
  })
program
  .command('matcher')
  .description(
    'orders a second that a matcher accepts, matches a second, latency; chain, matcher and load share the machine',
  )
  .option('--json', 'print one JSON object (docs/schemas/bench-matcher.json)')
  .option('--snapshot', 'write bench/results/matcher.json and matcher.txt')
  .option('--orders <n>', 'orders that rest, and as many that trade', naturalNumber, 1_000)
  .option('--connections <n>', 'requests at a time', naturalNumber, 16)
  .option('--block-ms <n>', 'milliseconds between blocks', naturalNumber, 1_000)
  .action(async (options: { json?: true; snapshot?: true; orders: number; connections: number; blockMs: number }) => {
    const { matcherRows, measureMatcher } = await import('./matcher.ts')
    const { describeMachine } = await import('./risk/main.ts')
    const machine = describeMachine()
    const table = await measureMatcher(options, (step) => process.stderr.write(`matcher: ${step}\n`))
    const text = `${machine}\n\n${tableOf(matcherRows(table))}`
    if (options.snapshot) writeFileSync(MATCHER_SNAPSHOT, `${JSON.stringify(table, null, 2)}\n`)
    if (options.snapshot) writeFileSync(MATCHER_TABLE, `${text}\n`)
    console.log(options.json ? JSON.stringify(table) : text)
  })
await program.parseAsync()
