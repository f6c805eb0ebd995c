/** What the actors trade with each other: signed orders, settled by the operator where no matcher runs. */
import { encodeSettle, type Fill, type Leg, oppositeLegs } from '@plimsoll/sdk'
import { type Hex, maxUint128 } from 'viem'
import { perform, type Site } from './site.ts'
import type { Wallet } from './wallet.ts'

const NO_EXPIRY = 2 ** 40 - 1
const SETTLEMENT_GAS = 16_000_000n
/** Blocks hold 60 M gas. */
const BATCHES_PER_BLOCK = 3

/** What somebody would trade. */
export type Interest = {
  wallet: Wallet
  account: Hex
  /** Of one unit of the structure; positive ratios buy. */
  legs: readonly Leg[]
  units: bigint
  /** USD per unit that `account` pays. */
  price: bigint
}

/** With whom, too. */
export type Trade = Interest & { maker: Wallet }

/** The maker's side of a trade. */
export function counterpart({ maker, legs, units, price }: Trade): Interest {
  return { wallet: maker, account: maker.accountId(), legs: oppositeLegs(legs), units, price: -price }
}

/** What an order for all of it says. No fee is too high for it. */
export function orderTerms({ account: accountId, legs, price: limitPrice, units }: Interest) {
  return { accountId, legs, limitPrice, maxFee: maxUint128, units } as const
}

/** `wallet` trades a structure with `maker` at `price`, both orders signed. */
async function match(site: Site, trade: Trade): Promise<Fill> {
  const { deployment } = site
  const own = { nonce: ++site.nonce, expiry: NO_EXPIRY }
  const taker = await trade.wallet.signOrder(deployment, { ...orderTerms(trade), ...own })
  const maker = await trade.maker.signOrder(deployment, { ...orderTerms(counterpart(trade)), ...own })
  return {
    maker: maker.order,
    makerSignature: maker.signature,
    taker: taker.order,
    takerSignature: taker.signature,
    units: trade.units,
  }
}

/** One transaction that settles all `trades` without a matcher. */
export async function settlement(site: Site, trades: readonly Trade[]): Promise<Hex> {
  const { operator, deployment } = site
  const fills = await Promise.all(trades.map((trade) => match(site, trade)))
  return operator.sign({ to: deployment.exchange, data: encodeSettle(fills), gas: SETTLEMENT_GAS })
}

/** Opens books: through the matcher when one runs, else the operator settles each batch in a transaction. */
export async function settleOpening(site: Site, batches: readonly (readonly Trade[])[]): Promise<void> {
  if (site.matching) return site.matching.open(batches.flat())
  const raw: Hex[] = []
  for (const trades of batches) raw.push(await settlement(site, trades))
  await perform(site, raw, BATCHES_PER_BLOCK)
}
