/** Surfaces that a signer can stand for, from snapshots of quotes. */
import { InputError } from '@plimsoll/risk/chains'
import type { SurfaceMessage } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import { next, type Outcome, skip } from '../../outcome.ts'
import type { Author, Made } from '../feed.ts'
import type { SignerMetrics } from '../metrics.ts'
import type { SurfaceState } from '../ports/feedChain.ts'
import { FetchError } from '../ports/httpText.ts'
import type { TextSource } from '../ports/textSource.ts'
import type { Decline, SurfaceRefusal } from '../refusal.ts'
import { declineOf, type Tolerance } from './agreement.ts'
import { propose, type SignerLimits } from './propose.ts'
import { readSnapshot } from './snapshot.ts'

export type SurfaceAuthorOptions = {
  readonly symbol: string
  readonly source: TextSource
  /** Q where a snapshot tells none, USD. */
  readonly depthUsd: number | undefined
  readonly limits: SignerLimits
  readonly tolerance: Tolerance
  readonly metrics: Pick<SignerMetrics, 'fitError' | 'quotes'>
}

type MadeSurface = Outcome<Made<SurfaceMessage>, SurfaceRefusal>

export class SurfaceAuthor implements Author<SurfaceMessage, SurfaceState> {
  readonly #options: SurfaceAuthorOptions
  /** What the last snapshot came to at the last block: looked at again when one of them changes. */
  #seen: { readonly text: string; readonly block: Hex; readonly outcome: MadeSurface } | undefined

  constructor(options: SurfaceAuthorOptions) {
    this.#options = options
  }

  async propose(state: SurfaceState): Promise<{ basis: string; outcome: MadeSurface }> {
    const block = state.head.hash
    try {
      const input = await this.#options.source.latest()
      if (this.#seen?.text !== input.text || this.#seen.block !== block) {
        this.#seen = { text: input.text, block, outcome: this.#made(input, state) }
      }
      return { basis: input.text, outcome: this.#seen.outcome }
    } catch (error) {
      if (!(error instanceof InputError || error instanceof FetchError)) throw error
      return { basis: this.#seen?.text ?? '', outcome: skip({ kind: 'no-input', problem: error.message }) }
    }
  }

  declineOf(proposal: SurfaceMessage, own: SurfaceMessage, state: SurfaceState): Decline | undefined {
    const { tolerance, limits: timeliness } = this.#options
    return declineOf(proposal, own, state, { tolerance, timeliness })
  }

  #made(input: { source: string; text: string }, state: SurfaceState): MadeSurface {
    const { symbol, limits, depthUsd, metrics } = this.#options
    const at = Number(state.head.timestamp) + limits.maximumLead
    const snapshot = readSnapshot(input, { underlying: symbol, at, maximumAge: limits.maximumAge })
    if (snapshot.status !== 'next') return snapshot
    const outcome = propose(snapshot.value, state, { limits, depthUsd })
    if (outcome.status !== 'next') return outcome
    const { message, fit } = outcome.value
    metrics.fitError.set({ underlying: symbol }, fit.worstError)
    metrics.quotes.set({ underlying: symbol }, fit.quotes)
    const notes = { expiries: message.expiries.length, quotes: fit.quotes, error: Number(fit.worstError.toFixed(2)) }
    return next({ message, notes })
  }
}
