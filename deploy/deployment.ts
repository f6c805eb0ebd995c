/** What a deployment leaves behind, as JSON in `deployments/<chainId>.json`: what the SDK's `Deployment` needs and more. */
import type { Address } from 'viem'

export type DeployedUnderlying = {
  /** 1.. in the order of listing; also the vault's asset number of its collateral. */
  id: number
  symbol: string
  /** Collateral token. */
  token: Address
  /** Price source that the markets read. */
  source: Address
  /** Feed behind it: on local networks a `MockAggregator` that takes pushes. */
  feed: Address
  /** Units per derivative lot, 1e-18 each, in decimal. */
  lotUnit: string
}

export type Deployment = {
  chainId: number
  /** First block of the deployment: no event of the protocol lies before it. */
  fromBlock: number
  accessManager: Address
  usd: Address
  markets: Address
  series: Address
  surfaces: Address
  tails: Address
  settlement: Address
  engine: Address
  clearinghouse: Address
  vault: Address
  auction: Address
  exchange: Address
  gateway: Address
  premiumFeed: Address
  surfaceFeed: Address
  historyFeed: Address
  underlyings: DeployedUnderlying[]
}
