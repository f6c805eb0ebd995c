import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { type GasTable, measureGas } from './gas.ts'
import { GAS_SNAPSHOT } from './snapshot.ts'

function printGas(table: GasTable): void {
  const rows: [string, number][] = [
    ['cash deposit into a new account', table.deposit],
    ['cash withdrawal, one position held', table.withdraw],
    ['one fill between two perpetual-only accounts', table.fill],
    ...Object.entries(table.marginCheck).map(([n, gas]): [string, number] => [
      `margin check, ${n} positions (view)`,
      gas,
    ]),
    ...Object.entries(table.liquidationSlice).map(([n, gas]): [string, number] => [
      `liquidation slice, ${n} positions`,
      gas,
    ]),
    ...Object.entries(table.firstSlice).map(([n, gas]): [string, number] => [
      `the same into an empty account, ${n}`,
      gas,
    ]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  for (const [name, gas] of rows) console.log(`${name.padEnd(width)}  ${gas.toLocaleString('en-US').padStart(11)}`)
}

const program = new Command('bench').description('Measures what the project costs to use')
program
  .command('gas')
  .description('gas of whole transactions, storage cold, prices through Chainlink sources')
  .option('--json', 'print one JSON object (docs/schemas/bench-gas.json)')
  .option('--snapshot', 'write bench/results/gas.json')
  .action(async (options: { json?: true; snapshot?: true }) => {
    const table = await measureGas((step) => process.stderr.write(`gas: ${step}\n`))
    if (options.snapshot) writeFileSync(GAS_SNAPSHOT, `${JSON.stringify(table, null, 2)}\n`)
    if (options.json) console.log(JSON.stringify(table))
    else printGas(table)
  })
await program.parseAsync()
