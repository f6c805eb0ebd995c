import {
  type BaseContract,
  Contract,
  type ContractMethod,
  type ContractRunner,
  type ContractTransactionResponse,
  type InterfaceAbi,
} from 'ethers'
import type { Abi, ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType } from 'viem'
import { auctionAbi } from '../abis/auction.ts'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import { errorsAbi } from '../abis/errors.ts'
import { exchangeAbi } from '../abis/exchange.ts'
import { gatewayAbi } from '../abis/gateway.ts'
import { historyFeedAbi } from '../abis/historyFeed.ts'
import { marketsAbi } from '../abis/markets.ts'
import { seriesAbi } from '../abis/series.ts'
import { settlementAbi } from '../abis/settlement.ts'
import { surfaceFeedAbi } from '../abis/surfaceFeed.ts'
import { surfacesAbi } from '../abis/surfaces.ts'
import { tailsAbi } from '../abis/tails.ts'
import { vaultAbi } from '../abis/vault.ts'
import type { Deployment } from '../entities/deployment.ts'

type Reads = 'pure' | 'view'
type Writes = 'nonpayable' | 'payable'

/** What ethers returns of a decoded value: every whole number is a bigint there. */
type Decoded<value> = value extends number
  ? bigint
  : value extends readonly unknown[] | object
    ? { readonly [key in keyof value]: Decoded<value[key]> }
    : value

type Mutable<args> = args extends readonly unknown[] ? [...args] : never

type ReadMethods<abi extends Abi> = {
  readonly [name in ContractFunctionName<abi, Reads>]: ContractMethod<
    Mutable<ContractFunctionArgs<abi, Reads, name>>,
    Decoded<ContractFunctionReturnType<abi, Reads, name>>,
    Decoded<ContractFunctionReturnType<abi, Reads, name>>
  >
}
type WriteMethods<abi extends Abi> = {
  readonly [name in ContractFunctionName<abi, Writes>]: ContractMethod<
    Mutable<ContractFunctionArgs<abi, Writes, name>>,
    Decoded<ContractFunctionReturnType<abi, Writes, name>>,
    ContractTransactionResponse
  >
}

/** A contract of ethers whose functions the compiler knows. */
export type TypedContract<abi extends Abi> = BaseContract & ReadMethods<abi> & WriteMethods<abi>

export type GetContractsParameters = { deployment: Deployment; runner: ContractRunner }
export type GetContractsReturnType = {
  readonly auction: TypedContract<typeof auctionAbi>
  readonly clearinghouse: TypedContract<typeof clearinghouseAbi>
  readonly exchange: TypedContract<typeof exchangeAbi>
  readonly markets: TypedContract<typeof marketsAbi>
  readonly series: TypedContract<typeof seriesAbi>
  readonly settlement: TypedContract<typeof settlementAbi>
  readonly surfaceFeed: TypedContract<typeof surfaceFeedAbi>
  readonly surfaces: TypedContract<typeof surfacesAbi>
  readonly tails: TypedContract<typeof tailsAbi>
  readonly historyFeed: TypedContract<typeof historyFeedAbi>
  readonly gateway: TypedContract<typeof gatewayAbi>
  readonly vault: TypedContract<typeof vaultAbi>
}
export type GetContractsErrorType = Error

/**
 * The contracts of a deployment as ethers contracts. Each knows the errors of all, because calls go through several.
 * @example
 * import { encodeAccountId } from '@plimsoll/sdk'
 * import { getContracts } from '@plimsoll/sdk/ethers'
 * import { JsonRpcProvider } from 'ethers'
 * import { deployment } from './deployment.ts'
 * const runner = new JsonRpcProvider('http://127.0.0.1:8545')
 * const { clearinghouse } = getContracts({ deployment, runner })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const { equity } = await clearinghouse.assess(accountId)
 */
export function getContracts({ deployment, runner }: GetContractsParameters): GetContractsReturnType {
  const at = <const abi extends Abi>(address: string, abi: abi): TypedContract<abi> => {
    const others = errorsAbi.filter((error) => !abi.some((item) => item.type === 'error' && item.name === error.name))
    return new Contract(address, [...abi, ...others] as InterfaceAbi, runner) as BaseContract as TypedContract<abi>
  }
  return {
    auction: at(deployment.auction, auctionAbi),
    clearinghouse: at(deployment.clearinghouse, clearinghouseAbi),
    exchange: at(deployment.exchange, exchangeAbi),
    markets: at(deployment.markets, marketsAbi),
    series: at(deployment.series, seriesAbi),
    settlement: at(deployment.settlement, settlementAbi),
    surfaceFeed: at(deployment.surfaceFeed, surfaceFeedAbi),
    surfaces: at(deployment.surfaces, surfacesAbi),
    tails: at(deployment.tails, tailsAbi),
    historyFeed: at(deployment.historyFeed, historyFeedAbi),
    gateway: at(deployment.gateway, gatewayAbi),
    vault: at(deployment.vault, vaultAbi),
  }
}
