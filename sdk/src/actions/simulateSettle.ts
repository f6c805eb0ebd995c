import { type Account, type Address, type Client, decodeFunctionResult, type Hex, zeroHash } from 'viem'
import type { CallErrorType } from 'viem/actions'
import { call } from 'viem/actions'
import { exchangeAbi } from '../abis/exchange.ts'
import { type AccountId, encodeAccountId } from '../entities/accountId.ts'
import { encodeSettle, encodeSettleAvailable, type Fill, type SkippedFill } from '../entities/fill.ts'
import { type FillCost, fillCost } from '../entities/structure.ts'
import type { PlimsollError } from '../errors/base.ts'
import { decodeError } from '../errors/decode.ts'
import type { Snapshot } from '../exact/market.ts'
import { getMatrix } from './getMatrix.ts'
import { blockOf, type ReadErrorType, type ReadParameters } from './read.ts'
import { type AccountMissingError, addressOf, senderOf } from './send.ts'

export type SimulateSettleParameters = ReadParameters & {
  fills: readonly Fill[]
  /** Who would settle. @default the client's account */
  account?: Account | Address | undefined
}

/** What a settlement moves in an account. USD, 18 decimals. */
export type AccountFlow = {
  readonly accountId: AccountId
  /** What its trades bring; negative: cost. */
  readonly cash: bigint
  /** As the exchange asks for them: an account whose equity they would bring below 0 pays less. */
  readonly fees: bigint
  /** What it pays in tips; negative: receives. */
  readonly tips: bigint
}

export type SimulateSettleReturnType = {
  /** Why nothing could be settled: a margin check, or an instrument without surface. */
  readonly error: PlimsollError | undefined
  /** Fills that `settleAvailable` would leave out, and for which `settle` would revert. */
  readonly skipped: readonly SkippedFill[]
  /** In the order in which the fills that settle name them. */
  readonly flows: readonly AccountFlow[]
  readonly blockNumber: bigint
}
export type SimulateSettleErrorType = AccountMissingError | ReadErrorType | CallErrorType

/**
 * What a settlement would do at a block, as `settleAvailable`: one `eth_call`, and one more per fill when some would be left out.
 * @example
 * import { type Fill, simulateSettle } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const account = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
 * const fills: Fill[] = []
 * const { error, skipped, flows } = await simulateSettle(client, { deployment, account, fills })
 * console.log(error?.message, skipped, flows)
 */
export async function simulateSettle(
  client: Client,
  { deployment, fills, account, blockNumber: at }: SimulateSettleParameters,
): Promise<SimulateSettleReturnType> {
  const sender = addressOf(senderOf(client, account))
  const blockNumber = await blockOf(client, at)
  const attempt = (data: Hex) => tryCall(client, { account: sender, to: deployment.exchange, data, blockNumber })
  const all = await attempt(encodeSettleAvailable(fills))
  if (typeof all !== 'string') return { error: all, skipped: [], flows: [], blockNumber }
  const count = decodeFunctionResult({ abi: exchangeAbi, functionName: 'settleAvailable', data: all })
  const isWhole = count === BigInt(fills.length)
  const { settled, skipped } = isWhole ? { settled: fills, skipped: [] } : await sift(fills, attempt)
  const instruments = settled.flatMap(({ maker }) => maker.legs.map(({ instrument }) => instrument))
  const snapshot = await getMatrix(client, { deployment, instruments, blockNumber })
  return { error: undefined, skipped, flows: flowsOf(settled, snapshot, sender), blockNumber }
}

type Attempt = (data: Hex) => Promise<Hex | PlimsollError>

/** The result, or the typed error of a revert. Other failures are thrown. */
async function tryCall(client: Client, parameters: Parameters<typeof call>[1]): Promise<Hex | PlimsollError> {
  try {
    return (await call(client, parameters)).data ?? '0x'
  } catch (cause) {
    const error = decodeError(cause)
    if (!error) throw cause
    return error
  }
}

/**
 * The exchange judges all orders before the clearinghouse checks any account. So a fill is refused iff `settle` of it, behind
 * those that are not, reverts with an error of the exchange.
 */
async function sift(
  fills: readonly Fill[],
  attempt: Attempt,
): Promise<{ settled: readonly Fill[]; skipped: readonly SkippedFill[] }> {
  const [settled, skipped]: [Fill[], SkippedFill[]] = [[], []]
  for (const [index, fill] of fills.entries()) {
    const outcome = await attempt(encodeSettle([...settled, fill]))
    if (typeof outcome !== 'string' && isRefusal(outcome)) skipped.push({ index, error: outcome })
    else settled.push(fill)
  }
  return { settled, skipped }
}

const REFUSALS: ReadonlySet<string> = new Set(
  exchangeAbi.filter((item) => item.type === 'error').map(({ name }) => `${name}Error`),
)

function isRefusal({ name }: PlimsollError): boolean {
  return REFUSALS.has(name)
}

function flowsOf(fills: readonly Fill[], snapshot: Snapshot, sender: Address): AccountFlow[] {
  const flows = new Map<AccountId, AccountFlow>()
  const add = (accountId: AccountId, { cash = 0n, fee = 0n, tip = 0n }: Partial<FillCost>) => {
    const { cash: before, fees, tips } = flows.get(accountId) ?? { cash: 0n, fees: 0n, tips: 0n }
    flows.set(accountId, { accountId, cash: before - cash, fees: fees + fee, tips: tips + tip })
  }
  for (const { maker, taker, units } of fills) {
    const price = maker.limitPrice
    const parts = [
      { order: maker, role: 'maker', units, price },
      { order: taker, role: 'taker', units, price: -price },
    ] as const
    for (const part of parts) {
      const { accountId, tipReceiver } = part.order
      const cost = fillCost(snapshot, part)
      add(accountId, cost)
      if (cost.tip === 0n) continue
      const receiver = tipReceiver === zeroHash ? encodeAccountId({ owner: sender }) : tipReceiver
      add(receiver, { tip: -cost.tip })
    }
  }
  return [...flows.values()]
}
