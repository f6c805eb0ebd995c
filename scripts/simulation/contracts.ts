/** All contracts of a simulated day, on its chain. */
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import { getAddress } from 'viem'
import { deployPlimsoll } from '../../deploy/deploy.ts'
import type { Plan } from '../../deploy/module.ts'
import config from '../../hardhat.config.ts'
import type { Site, SiteKeeper } from './site.ts'

type Place = Pick<Site, 'chain' | 'folder'>
type Keys = readonly Omit<SiteKeeper, 'reseller'>[]

/** Once for all sites of a process. */
let built: Promise<unknown> | undefined

/** The module of `deploy/` over RPC, the lens that the checks read through, and the contracts of keepers that resell. */
export async function deployContracts({ chain, folder }: Place, plan: Plan, keys: Keys) {
  const hre = await createHardhatRuntimeEnvironment({
    ...config,
    networks: { ...config.networks, chain: { type: 'http', chainType: 'l1', url: chain.rpc.url } },
    paths: { ...config.paths, ignition: folder },
  })
  built ??= hre.tasks.getTask('build').run({ quiet: true, noTests: true })
  await built
  const connection = await hre.network.create('chain')
  const { deployment } = await deployPlimsoll(connection, { plan, confirmations: 1, pollingMilliseconds: 20 })
  const { address: lens } = await connection.viem.deployContract('LedgerLens')
  const { clearinghouse, auction, exchange } = deployment
  const keepers: SiteKeeper[] = []
  for (const { plan: own, wallet } of keys) {
    const args = [wallet.address, clearinghouse, auction, exchange] as const
    const reseller = own.resale && (await connection.viem.deployContract('Reseller', args)).address
    keepers.push({ plan: own, wallet, reseller: reseller && getAddress(reseller) })
  }
  await connection.close()
  return { deployment, lens, keepers }
}
