/** The worst payoff of an expiry at settlement. */
import type { ExpiryBook } from '../derive/expiryBook.ts'

/**
 * Least payoff of the expiry over all settlement prices, 0 or negative, beyond the last strike only as far as that strike;
 * `netCalls` is the slope there, so a negative one loses without bound.
 *
 * One sweep over sorted strikes: the payoff is linear between strikes and its slope grows by the strike's quantity,
 * whether call or put.
 */
export function maximumLoss({ side, strike, quantity }: ExpiryBook): { loss: number; netCalls: number } {
  const order = [...strike.keys()].sort((a, b) => (strike[a] ?? 0) - (strike[b] ?? 0))
  let payoff = 0
  let slope = 0
  for (const index of order) {
    if ((side[index] ?? 0) > 0) continue
    payoff += (quantity[index] ?? 0) * (strike[index] ?? 0)
    slope -= quantity[index] ?? 0
  }
  let loss = Math.min(0, payoff)
  let price = 0
  for (const index of order) {
    const next = strike[index] ?? 0
    payoff += slope * (next - price)
    price = next
    slope += quantity[index] ?? 0
    loss = Math.min(loss, payoff)
  }
  const netCalls = quantity.reduce((sum, held, index) => sum + ((side[index] ?? 0) > 0 ? held : 0), 0)
  return { loss, netCalls }
}
