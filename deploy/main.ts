/**
 * Deploys to a network of `hardhat.config.ts` and writes `deployments/<chainId>.json`:
 *
 *     node deploy/main.ts --network NAME --plan FILE     a live network, from a reviewed plan
 *     node deploy/main.ts --network NAME --local         a development chain: mintable tokens, pushed feeds
 *
 * A run that stopped half-way goes on where it stopped: Ignition keeps a journal per chain.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import hre from 'hardhat'
import { deployPlimsoll, localPlan } from './deploy.ts'
import { parsePlan } from './plan.ts'

const USAGE = 'Usage: node deploy/main.ts --network NAME (--plan FILE | --local)'

const { values } = parseArgs({
  options: { network: { type: 'string' }, plan: { type: 'string' }, local: { type: 'boolean', default: false } },
})
if (!values.network || values.local === (values.plan !== undefined)) throw new Error(USAGE)
const plan = values.plan === undefined ? localPlan() : parsePlan(readFileSync(values.plan, 'utf8'))
const connection = await hre.network.create(values.network)
const { deployment } = await deployPlimsoll(connection, { plan })
await connection.close()
mkdirSync('deployments', { recursive: true })
const file = `deployments/${deployment.chainId}.json`
writeFileSync(file, `${JSON.stringify(deployment, null, 2)}\n`)
process.stdout.write(`${file}\n`)
