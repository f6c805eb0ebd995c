/** `deployPlimsoll`: the module on a Hardhat connection, in process for tests or over RPC, and what it left behind. */
import type { NetworkConnection } from 'hardhat/types/network'
import type { Address } from 'viem'
import type { DeployedUnderlying, Deployment } from './deployment.ts'
import { type Plan, plimsollModule } from './module.ts'
import { LOCAL_ANSWERS, UNDERLYINGS, type UnderlyingParameters } from './parameters.ts'

export type DeployOptions = {
  plan: Plan
  /** Name of Ignition's journal of this deployment, on networks reached over RPC. */
  deploymentId?: string | undefined
  /** Blocks on top of a transaction before the next step, and how often to look. */
  confirmations?: number | undefined
  pollingMilliseconds?: number | undefined
}

export type Deployed = Awaited<ReturnType<typeof deployPlimsoll>>

/** Everything on a chain of one's own: mintable tokens, pushed feeds, the deployer is governance without delay. */
export function localPlan(
  answers: Readonly<Record<string, bigint>> = LOCAL_ANSWERS,
  underlyings: readonly UnderlyingParameters[] = UNDERLYINGS,
): Plan {
  return {
    underlyings: underlyings.map((parameters) => ({ parameters, feed: localFeed(parameters, answers) })),
    governanceDelay: 0,
    premiumSigners: [LOCAL_SIGNER],
    premiumQuorum: 1n,
    surfaceSigners: [LOCAL_SIGNER],
    surfaceQuorum: 1n,
    historySigners: [LOCAL_SIGNER],
    historyQuorum: 1n,
  }
}

/** Address of the first of Hardhat's and anvil's development accounts, whose key everybody knows. */
const LOCAL_SIGNER = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

function localFeed({ symbol }: UnderlyingParameters, answers: Readonly<Record<string, bigint>>) {
  const answer = answers[symbol]
  if (answer === undefined) throw new RangeError(`No first answer for ${symbol}. Name it in the plan.`)
  return { kind: 'local', answer } as const
}

export async function deployPlimsoll(connection: NetworkConnection, options: DeployOptions) {
  const { viem, ignition } = connection
  const client = await viem.getPublicClient()
  const fromBlock = Number(await client.getBlockNumber()) + 1
  const config = {
    ...(options.confirmations === undefined ? {} : { requiredConfirmations: options.confirmations }),
    ...(options.pollingMilliseconds === undefined ? {} : { blockPollingInterval: options.pollingMilliseconds }),
  }
  const contracts = await ignition.deploy(plimsollModule(options.plan), {
    config,
    ...(options.deploymentId === undefined ? {} : { deploymentId: options.deploymentId }),
  })
  const { accessManager, usd, markets, engine, clearinghouse, vault, auction, exchange } = contracts
  const underlyings = await readUnderlyings(connection, options.plan, { markets, vault })
  const deployment: Deployment = {
    chainId: await client.getChainId(),
    fromBlock,
    accessManager: accessManager.address,
    usd: usd.address,
    markets: markets.address,
    series: contracts.series.address,
    surfaces: contracts.surfaces.address,
    tails: contracts.tails.address,
    settlement: contracts.settlement.address,
    engine: engine.address,
    clearinghouse: clearinghouse.address,
    vault: vault.address,
    auction: auction.address,
    exchange: exchange.address,
    gateway: contracts.gateway.address,
    premiumFeed: contracts.premiumFeed.address,
    surfaceFeed: contracts.surfaceFeed.address,
    historyFeed: contracts.historyFeed.address,
    underlyings,
  }
  return { deployment, contracts }
}

async function localFeedOf({ viem }: NetworkConnection, source: Address): Promise<Address> {
  const chainlink = await viem.getContractAt('ChainlinkSource', source)
  return chainlink.read.FEED()
}

type Reads = Pick<Awaited<ReturnType<typeof deployPlimsoll>>['contracts'], 'markets' | 'vault'>

/** What the listings of `plan` became, in the order of their ids. */
function readUnderlyings(connection: NetworkConnection, { underlyings }: Plan, { markets, vault }: Reads) {
  return Promise.all(
    underlyings.map(async ({ parameters, feed }, index): Promise<DeployedUnderlying> => {
      const id = index + 1
      const source = await markets.read.source([id])
      return {
        id,
        symbol: parameters.symbol,
        token: await vault.read.tokenOf([id]),
        source,
        feed: feed.kind === 'chainlink' ? feed.proxy : await localFeedOf(connection, source),
        lotUnit: parameters.lotUnit.toString(),
      }
    }),
  )
}
