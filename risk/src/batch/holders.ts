/** Which accounts hold an underlying: what a tick of one underlying must touch. */

/** A list of accounts that grows. An account that stopped holding leaves at the next visit. */
type List = { accounts: Uint32Array; length: number }

export class Holders {
  readonly #lists: List[]
  /** Number of the last visit that met an account: an account that left and came back is listed twice. */
  readonly #met: Uint32Array
  #visit = 0

  constructor(underlyings: number, accounts: number) {
    this.#lists = Array.from({ length: underlyings }, () => ({ accounts: new Uint32Array(16), length: 0 }))
    this.#met = new Uint32Array(accounts)
  }

  /** `account` holds `underlying` from now on. */
  add(underlying: number, account: number): void {
    const list = this.#lists[underlying]
    if (!list) return
    if (list.length === list.accounts.length) {
      const grown = new Uint32Array(2 * list.length)
      grown.set(list.accounts)
      list.accounts = grown
    }
    list.accounts[list.length] = account
    list.length++
  }

  /**
   * Calls `touch` once for every listed account for which `holds` is true, in the order of listing, and strikes the others
   * off the list.
   */
  visit(underlying: number, holds: (account: number) => boolean, touch: (account: number) => void): number {
    const list = this.#lists[underlying]
    if (!list) return 0
    this.#visit++
    let kept = 0
    for (let i = 0; i < list.length; i++) {
      const account = list.accounts[i] ?? 0
      if (this.#met[account] === this.#visit || !holds(account)) continue
      this.#met[account] = this.#visit
      list.accounts[kept] = account
      kept++
      touch(account)
    }
    list.length = kept
    return kept
  }

  get bytes(): number {
    return this.#lists.reduce((sum, list) => sum + list.accounts.byteLength, this.#met.byteLength)
  }
}
