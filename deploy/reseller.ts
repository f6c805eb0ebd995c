/**
 * Deploys a `Reseller` for a keeper's key, on a network of `hardhat.config.ts`, and prints its address:
 *
 *     node deploy/reseller.ts --network NAME --deployment FILE --owner ADDRESS
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import hre from 'hardhat'
import { isAddress } from 'viem'
import { parseDeployment } from '../sdk/src/index.ts'

const USAGE = 'Usage: node deploy/reseller.ts --network NAME --deployment FILE --owner ADDRESS'

const text = { type: 'string' } as const
const { values } = parseArgs({ options: { network: text, deployment: text, owner: text } })
const { network, deployment, owner } = values
if (!network || !deployment || !owner || !isAddress(owner)) throw new Error(USAGE)
const { clearinghouse, auction, exchange } = parseDeployment(JSON.parse(readFileSync(deployment, 'utf8')))
const connection = await hre.network.create(network)
const contract = await connection.viem.deployContract('Reseller', [owner, clearinghouse, auction, exchange])
await connection.close()
process.stdout.write(`${contract.address}\n`)
