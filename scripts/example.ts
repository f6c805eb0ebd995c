/** `npm run example [NAME]`: one of the examples in `examples/` against a chain of its own; without a name the list. */
import { closeAll } from '../examples/closeAll.ts'
import { condor } from '../examples/condor.ts'
import { coveredCall } from '../examples/coveredCall.ts'
import { sessionKey } from '../examples/sessionKey.ts'
import { stop } from '../examples/stop.ts'
import { strangle } from '../examples/strangle.ts'
import { type Say, World } from '../examples/world.ts'

type Example = { readonly about: string; readonly run: (world: World, say: Say) => Promise<unknown> }

const EXAMPLES: Readonly<Record<string, Example>> = {
  strangle: { about: 'a strangle from two maker quotes, hedged with the perpetual, in one transaction', run: strangle },
  condor: { about: 'a request for quotes at the matcher: four legs, one net price', run: condor },
  stop: { about: 'a stop order, which nobody can fill before the price falls', run: stop },
  'session-key': { about: 'a bot that trades within a budget, is refused beyond it, and is revoked', run: sessionKey },
  'close-all': {
    about: 'every position sold or bought back, and the rest withdrawn, in one transaction',
    run: closeAll,
  },
  'covered-call': { about: 'collateral deposited and a call sold in one transaction', run: coveredCall },
}

const [name] = process.argv.slice(2)
const example = EXAMPLES[name ?? '']
if (example) await play(example)
else list()

async function play({ run }: Example): Promise<void> {
  process.stdout.write('Starting a chain and deploying the protocol.\n')
  const world = await World.open()
  try {
    await run(world, (line) => process.stdout.write(`${line}\n`))
  } finally {
    await world.close()
  }
}

function list(): void {
  const lines = Object.entries(EXAMPLES).map(([each, { about }]) => `  ${each.padEnd(13)} ${about}`)
  const wrong = name === undefined ? [] : [`${name} is no example.`]
  process.exitCode = wrong.length
  process.stdout.write([...wrong, 'npm run example NAME', ...lines, ''].join('\n'))
}
