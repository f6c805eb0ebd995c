import { type Address, getAddress, isAddress } from 'viem'
import { InvalidDeploymentError } from './errors.ts'

/** Names of the contracts that a deployment lists. */
export const CONTRACTS = [
  'clearinghouse',
  'markets',
  'vault',
  'auction',
  'exchange',
  'gateway',
  'series',
  'surfaces',
  'tails',
  'settlement',
  'surfaceFeed',
  'historyFeed',
] as const

/** Where one instance of the protocol lives. The engine is replaceable: the clearinghouse names it. */
export type Deployment = { readonly chainId: number } & { readonly [name in (typeof CONTRACTS)[number]]: Address }

/**
 * Checks a deployment that came from outside, such as a JSON file. Unknown fields are dropped.
 * @throws InvalidDeploymentError naming the first field that is wrong
 */
export function parseDeployment(value: unknown): Deployment {
  if (typeof value !== 'object' || value === null) {
    throw new InvalidDeploymentError({ field: 'description', expected: 'an object' })
  }
  const fields = new Map<string, unknown>(Object.entries(value))
  const chainId = fields.get('chainId')
  if (typeof chainId !== 'number' || !Number.isSafeInteger(chainId) || chainId <= 0) {
    throw new InvalidDeploymentError({ field: 'chainId', expected: 'a positive whole number' })
  }
  const addressOf = (name: (typeof CONTRACTS)[number]): Address => {
    const address = fields.get(name)
    if (typeof address !== 'string' || !isAddress(address)) {
      throw new InvalidDeploymentError({ field: name, expected: 'an address' })
    }
    return getAddress(address)
  }
  return {
    chainId,
    clearinghouse: addressOf('clearinghouse'),
    markets: addressOf('markets'),
    vault: addressOf('vault'),
    auction: addressOf('auction'),
    exchange: addressOf('exchange'),
    gateway: addressOf('gateway'),
    series: addressOf('series'),
    surfaces: addressOf('surfaces'),
    tails: addressOf('tails'),
    settlement: addressOf('settlement'),
    surfaceFeed: addressOf('surfaceFeed'),
    historyFeed: addressOf('historyFeed'),
  }
}
