import type { Client, Hex } from 'viem'
import type { GetBlockErrorType } from 'viem/actions'
import { getBlock } from 'viem/actions'
import { exchangeAbi } from '../abis/exchange.ts'
import { marketsAbi } from '../abis/markets.ts'
import { seriesAbi } from '../abis/series.ts'
import { hashOrder, type Order } from '../entities/order.ts'
import {
  type FillTerms,
  isCancelled,
  isInRange,
  type OrderFacts,
  type OrderIssue,
  orderIssues,
  unitsLeft,
} from '../entities/orderIssues.ts'
import { type Instrument, isDated } from '../exact/portfolio.ts'
import { getAccount } from './getAccount.ts'
import { getMatrix } from './getMatrix.ts'
import { type GetSignerErrorType, getSigner } from './getSigner.ts'
import { getSnapshot } from './getSnapshot.ts'
import { blockOf, type ReadParameters, read } from './read.ts'

export type ValidateOrderParameters = ReadParameters &
  FillTerms & {
    /** Left out: neither signature nor session key are judged. Empty: the order is that of the executor. */
    signature?: Hex | undefined
  }

export type ValidateOrderReturnType = {
  /** No issue. Margin, the age of surfaces and the other side are judged by `getPreview` and at settlement. */
  readonly isFillable: boolean
  readonly issues: readonly OrderIssue[]
  readonly hash: Hex
  readonly isCancelled: boolean
  /** Units filled on the order's slot so far. */
  readonly filled: bigint
  /** Units that the slot and the group still allow. */
  readonly left: bigint
  readonly blockNumber: bigint
}
export type ValidateOrderErrorType = GetSignerErrorType | GetBlockErrorType

/**
 * Whether an order could fill now, and every reason why not.
 * @example
 * import { createOrder, encodeAccountId, perpetualOf, validateOrder } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const order = createOrder({
 *   accountId: encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' }),
 *   legs: [{ instrument: perpetualOf(1), ratio: 1n }],
 *   limitPrice: 6n * 10n ** 18n,
 *   maxFee: 10n ** 16n,
 *   units: 1_000n,
 *   nonce: 1n,
 *   expiry: 1_900_000_000,
 * })
 * const { isFillable, issues } = await validateOrder(client, { deployment, order })
 */
export async function validateOrder(
  client: Client,
  parameters: ValidateOrderParameters,
): Promise<ValidateOrderReturnType> {
  const { deployment, order } = parameters
  const blockNumber = await blockOf(client, parameters.blockNumber)
  const hash = hashOrder(deployment, order)
  const facts = await gather(client, parameters, hash, blockNumber)
  const issues = orderIssues(parameters, facts)
  const left = unitsLeft(order, facts)
  const { filled } = facts
  return {
    isFillable: issues.length === 0,
    issues,
    hash,
    isCancelled: isCancelled(order, facts),
    filled,
    left,
    blockNumber,
  }
}

async function gather(
  client: Client,
  { deployment, order, signature, executor: sender }: ValidateOrderParameters,
  hash: Hex,
  blockNumber: bigint,
): Promise<OrderFacts> {
  const { accountId, nonce, group } = order
  const at = { address: deployment.exchange, abi: exchangeAbi, blockNumber } as const
  const [{ timestamp }, filled, grouped, epoch, market, { portfolio }, signer] = await Promise.all([
    getBlock(client, { blockNumber }),
    read(client, { ...at, functionName: 'filled', args: [accountId, nonce] }),
    read(client, { ...at, functionName: 'groupFilled', args: [accountId, group] }),
    read(client, { ...at, functionName: 'epochOf', args: [accountId] }),
    marketFor(client, { deployment, blockNumber }, order),
    getAccount(client, { deployment, accountId, blockNumber }),
    signature && getSigner(client, { deployment, accountId, hash, signature, sender, blockNumber }),
  ])
  return { timestamp, filled, grouped, epoch, ...market, portfolio, signer }
}

/** The rows that the chain has of the legs: it would refuse to give any if one leg has none. */
async function marketFor(client: Client, at: At, { legs }: Order): Promise<Pick<OrderFacts, 'snapshot' | 'unquoted'>> {
  const { deployment, blockNumber } = at
  const markets = { address: deployment.markets, abi: marketsAbi, blockNumber } as const
  const count = await read(client, { ...markets, functionName: 'count' })
  const listed = legs
    .map(({ instrument }) => instrument)
    .filter(({ underlying }) => underlying >= 1 && BigInt(underlying) <= count)
  const isQuoted = await Promise.all(
    listed.map((instrument) => !isDated(instrument) || hasSurface(client, at, instrument)),
  )
  const unquoted = listed.filter((_, index) => !isQuoted[index])
  const quoted = listed.filter((instrument, index) => isQuoted[index] && isInRange(instrument))
  const underlyings = [...new Set(listed.map(({ underlying }) => underlying))]
  const snapshot = quoted.some(isDated)
    ? await getMatrix(client, { ...at, instruments: quoted, underlyings })
    : await getSnapshot(client, { ...at, underlyings })
  return { snapshot, unquoted }
}

type At = Pick<ReadParameters, 'deployment'> & { blockNumber: bigint }

async function hasSurface(client: Client, { deployment, blockNumber }: At, instrument: Instrument): Promise<boolean> {
  const args = [instrument.underlying, instrument.expiry] as const
  const series = { address: deployment.series, abi: seriesAbi, blockNumber } as const
  return (await read(client, { ...series, functionName: 'surface', args })) !== 0n
}
