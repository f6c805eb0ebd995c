/** What a stage decided: go on with `value`, leave it with a reason, or come back later with a reason. */
export type Outcome<T, S, R = S> =
  | { readonly status: 'next'; readonly value: T }
  | { readonly status: 'skip'; readonly reason: S }
  | { readonly status: 'retry'; readonly reason: R }

export function next<T>(value: T): { readonly status: 'next'; readonly value: T } {
  return { status: 'next', value }
}

export function skip<R>(reason: R): { readonly status: 'skip'; readonly reason: R } {
  return { status: 'skip', reason }
}

export function retry<R>(reason: R): { readonly status: 'retry'; readonly reason: R } {
  return { status: 'retry', reason }
}
