import { type Client, hexToString } from 'viem'
import { marketsAbi } from '../abis/markets.ts'
import type { Symbols } from '../entities/instrumentName.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetSymbolsParameters = ReadParameters
/** The first is that of underlying 1. */
export type GetSymbolsReturnType = Symbols
export type GetSymbolsErrorType = ReadErrorType

/**
 * Symbols of all underlyings, for `formatInstrument` and `parseInstrument`.
 * @example
 * import { getSymbols, parseInstrument } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const symbols = await getSymbols(client, { deployment })
 * const call = parseInstrument('BTC-27FEB26-85000-C', symbols)
 */
export async function getSymbols(
  client: Client,
  { deployment, blockNumber: at }: GetSymbolsParameters,
): Promise<GetSymbolsReturnType> {
  const blockNumber = await blockOf(client, at)
  const common = { address: deployment.markets, abi: marketsAbi, blockNumber } as const
  const count = Number(await read(client, { ...common, functionName: 'count' }))
  const ids = Array.from({ length: count }, (_, index) => index + 1)
  const symbols = await Promise.all(
    ids.map((underlying) => read(client, { ...common, functionName: 'symbol', args: [underlying] })),
  )
  return symbols.map((symbol) => hexToString(symbol, { size: 32 }))
}
