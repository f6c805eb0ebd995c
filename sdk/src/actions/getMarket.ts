import { type Client, hexToString } from 'viem'
import { marketsAbi } from '../abis/markets.ts'
import { MissingRowError } from '../exact/errors.ts'
import { type Market, marketOf } from '../exact/market.ts'
import { getSnapshot } from './getSnapshot.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetMarketParameters = ReadParameters & { underlying: number }
/** The market's row, with its symbol. */
export type GetMarketReturnType = Market & { readonly symbol: string }
export type GetMarketErrorType = ReadErrorType

/**
 * Prices, funding, parameters and open interest of one underlying.
 * @example
 * import { getMarket } from '@plimsoll/sdk'
 * import { createPublicClient, formatUnits, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const { symbol, spot } = await getMarket(client, { deployment, underlying: 1 })
 * console.log(symbol, formatUnits(spot, 18))
 */
export async function getMarket(
  client: Client,
  { deployment, underlying, blockNumber: at }: GetMarketParameters,
): Promise<GetMarketReturnType> {
  const blockNumber = await blockOf(client, at)
  const [snapshot, symbol] = await Promise.all([
    getSnapshot(client, { deployment, underlyings: [underlying], blockNumber }),
    read(client, {
      address: deployment.markets,
      abi: marketsAbi,
      functionName: 'symbol',
      args: [underlying],
      blockNumber,
    }),
  ])
  const market = marketOf(snapshot, underlying)
  if (!market) throw new MissingRowError({ underlying })
  return { ...market, symbol: hexToString(symbol, { size: 32 }) }
}
