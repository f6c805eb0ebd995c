import { type Client, type Hex, maxUint128 } from 'viem'
import type { GetBlockErrorType } from 'viem/actions'
import { getBlock } from 'viem/actions'
import { exchangeAbi } from '../abis/exchange.ts'
import { marketsAbi } from '../abis/markets.ts'
import { seriesAbi } from '../abis/series.ts'
import { hashOrder, type Order } from '../entities/order.ts'
import {
  type FillTerms,
  isInRange,
  type OrderFacts,
  type OrderIssue,
  orderIssues,
  unitsLeft,
} from '../entities/orderIssues.ts'
import { type Instrument, isDated } from '../exact/portfolio.ts'
import { getAccount } from './getAccount.ts'
import { getMatrix } from './getMatrix.ts'
import { getSnapshot } from './getSnapshot.ts'
import { isSigner } from './isSigner.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type ValidateOrderParameters = ReadParameters &
  FillTerms & {
    /** Left out: the signature is not judged. */
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
export type ValidateOrderErrorType = ReadErrorType | GetBlockErrorType

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
  const { deployment, order, signature } = parameters
  const blockNumber = await blockOf(client, parameters.blockNumber)
  const hash = hashOrder(deployment, order)
  const [facts, isSigned] = await Promise.all([
    gather(client, parameters, blockNumber),
    signature === undefined
      ? true
      : isSigner(client, { deployment, accountId: order.accountId, hash, signature, blockNumber }),
  ])
  const issues = [...orderIssues(parameters, facts), ...(isSigned ? [] : [{ error: 'BadSignature' } as const])]
  const isCancelled = facts.filled === maxUint128
  const left = unitsLeft(order, facts)
  return { isFillable: issues.length === 0, issues, hash, isCancelled, filled: facts.filled, left, blockNumber }
}

async function gather(
  client: Client,
  { deployment, order }: ValidateOrderParameters,
  blockNumber: bigint,
): Promise<OrderFacts> {
  const at = { address: deployment.exchange, abi: exchangeAbi, blockNumber } as const
  const [{ timestamp }, filled, grouped, market, { portfolio }] = await Promise.all([
    getBlock(client, { blockNumber }),
    read(client, { ...at, functionName: 'filled', args: [order.accountId, order.nonce] }),
    read(client, { ...at, functionName: 'groupFilled', args: [order.accountId, order.group] }),
    marketFor(client, { deployment, blockNumber }, order),
    getAccount(client, { deployment, accountId: order.accountId, blockNumber }),
  ])
  return { timestamp, filled, grouped, ...market, portfolio }
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
