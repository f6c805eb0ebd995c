/** Whether a signed message is posted now. */

/** Why it is not. */
export type Wait =
  | { readonly kind: 'unmoved'; readonly ageSeconds: number }
  /** The chain would keep what it has (spec V-8). */
  | { readonly kind: 'not-taken' }
  | { readonly kind: 'gas-price'; readonly gasPrice: bigint; readonly limit: bigint }
  /** Made after the head of the chain: posted with the next block. */
  | { readonly kind: 'early'; readonly timestamp: number; readonly head: number }

/** `ceiling`: wei per gas that posting may cost. */
export type Verdict<Cause extends string = string> =
  | { readonly post: true; readonly cause: Cause; readonly ceiling: bigint }
  | { readonly post: false; readonly wait: Wait }

/** What gas may cost. */
export type GasPolicy = {
  /** Seconds after which gas may cost `urgentGasPrice`. */
  readonly urgentAfter: number
  /** Wei per gas, base fee and tip, above which only an urgent message is posted, and above which none is. */
  readonly maxGasPrice: bigint
  readonly urgentGasPrice: bigint
}

export function wait(reason: Wait): { readonly post: false; readonly wait: Wait } {
  return { post: false, wait: reason }
}

/**
 * Posts for `cause` unless gas costs too much.
 * @param age of what is stored, seconds; undefined: nothing, which is urgent.
 */
export function postFor<Cause extends string>(
  cause: Cause,
  age: number | undefined,
  gasPrice: bigint,
  { urgentAfter, maxGasPrice, urgentGasPrice }: GasPolicy,
): Verdict<Cause> {
  const ceiling = age === undefined || age >= urgentAfter ? urgentGasPrice : maxGasPrice
  return gasPrice > ceiling ? wait({ kind: 'gas-price', gasPrice, limit: ceiling }) : { post: true, cause, ceiling }
}
