/** The second truth: accounts read from the contracts and compared with what the events gave. */
import { type AccountId, isSameInstrument } from '@plimsoll/sdk'
import type { Account, Book } from './book.ts'
import type { Config } from './config.ts'
import type { AccountView, ChainPort, Head } from './ports/chain.ts'
import type { RiskView } from './stages/assess.ts'

export type VerifyContext = {
  readonly chain: Pick<ChainPort, 'portfolio' | 'totalMemos'>
  readonly config: Pick<Config, 'verifyAccounts'>
}

/** Accounts that differ; 'totalMemos' when that sum does. Those at risk come first, then others in turn. */
export async function verify(
  { chain, config }: VerifyContext,
  { book, view, head }: { book: Book; view: RiskView | undefined; head: Head },
): Promise<string[]> {
  const sample = sampleOf(book, view, config.verifyAccounts, head.number)
  const [total, ...portfolios] = await Promise.all([
    chain.totalMemos(head.number),
    ...sample.map((account) => chain.portfolio(account, head.number)),
  ])
  const wrong = sample.filter((id, index) => {
    const [account, onChain] = [book.accounts.get(id), portfolios[index]]
    return account && onChain && !matches(account, onChain)
  })
  return total === book.totalMemos ? wrong : ['totalMemos', ...wrong]
}

function sampleOf(book: Book, view: RiskView | undefined, size: number, block: bigint): AccountId[] {
  const atRisk = [...(view?.accounts.values() ?? [])].filter(
    ({ standing, flagged }) => standing !== 'healthy' || flagged,
  )
  const sample = new Set(atRisk.slice(0, size).map(({ account }) => account))
  const all = [...book.accounts.keys()]
  const start = all.length === 0 ? 0 : Number(block % BigInt(all.length))
  for (let step = 0; step < all.length && sample.size < size; step++) {
    const account = all[(start + step) % all.length]
    if (account) sample.add(account)
  }
  return [...sample]
}

function matches(account: Account, onChain: AccountView): boolean {
  if (account.mode !== onChain.mode || account.cash !== onChain.cash) return false
  if (account.flagged !== onChain.flagged || account.reduceOnly !== onChain.reduceOnly) return false
  if (account.positions.length !== onChain.positions.length) return false
  return onChain.positions.every(({ instrument, lots }) =>
    account.positions.some((held) => isSameInstrument(held.instrument, instrument) && held.lots === lots),
  )
}
