/** Stage 1 of 6, for dated instruments: epochs, risk arrays that somebody will have to compute, series that are ending. */
import {
  type AccountId,
  type EpochState,
  epochAt,
  isOption,
  marketOf,
  SETTLEMENT_WINDOW,
  type Snapshot,
} from '@plimsoll/sdk'
import type { Book, OpenInstrument } from '../book.ts'
import type { Averaging, Head, SeriesPort } from '../ports/chain.ts'
import { seriesKeyOf, strikeKey } from '../strikes.ts'

/** A strike that users hold. */
export type HeldStrike = { readonly key: bigint; readonly instrument: OpenInstrument['instrument'] }

/** A series that users hold and whose settlement window has begun. `expiry` 0: the perpetual, which is delisted. */
export type EndingSeries = Averaging & {
  readonly underlying: number
  readonly expiry: number
  readonly end: number
  readonly holders: readonly AccountId[]
}

export type SeriesView = {
  /** Of every underlying with dated instruments that users hold, as a transaction now would find them. */
  readonly epochs: ReadonlyMap<number, EpochState>
  /** The same as they are stored. */
  readonly stored: ReadonlyMap<number, EpochState>
  /** Held strikes without a cached array in that epoch, by key. */
  readonly cold: ReadonlyMap<bigint, HeldStrike>
  readonly ending: readonly EndingSeries[]
}

export const NO_SERIES: SeriesView = { epochs: new Map(), stored: new Map(), cold: new Map(), ending: [] }

/** Epochs whose arrays are known to be cached: an array never gets cold within one, so that each is asked for once. */
export class Warmth {
  readonly #epochs = new Map<bigint, number>()

  isWarm(key: bigint, epoch: number): boolean {
    return this.#epochs.get(key) === epoch
  }

  note(key: bigint, epoch: number): void {
    this.#epochs.set(key, epoch)
  }

  /** Blocks were taken back: nothing is known. */
  forget(): void {
    this.#epochs.clear()
  }
}

export type SeriesInput = {
  readonly book: Book
  readonly head: Head
  readonly snapshot: Snapshot
  readonly warmth: Warmth
}

export async function observeSeries(chain: SeriesPort, input: SeriesInput): Promise<SeriesView> {
  const [stored, ending] = await Promise.all([storedEpochs(chain, input), endingSeries(chain, input)])
  const epochs = new Map<number, EpochState>()
  for (const [underlying, epoch] of stored) {
    const market = marketOf(input.snapshot, underlying)
    if (market) epochs.set(underlying, epochAt(epoch, market, Number(input.head.timestamp)))
  }
  return { epochs, stored, cold: await coldStrikes(chain, input, epochs), ending }
}

async function storedEpochs(chain: SeriesPort, { book, head }: SeriesInput): Promise<Map<number, EpochState>> {
  const dated = book.derivatives().filter(({ instrument }) => instrument.expiry !== 0)
  const underlyings = [...new Set(dated.map(({ instrument }) => instrument.underlying))]
  const epochs = await Promise.all(underlyings.map((underlying) => chain.epoch(underlying, head.number)))
  return new Map(epochs.flatMap((epoch, index) => [[underlyings[index] ?? 0, epoch]]))
}

async function coldStrikes(
  chain: SeriesPort,
  { book, head, warmth }: SeriesInput,
  epochs: ReadonlyMap<number, EpochState>,
): Promise<Map<bigint, HeldStrike>> {
  const options = book.derivatives().filter(({ instrument }) => isOption(instrument))
  const held = new Map(options.map(({ instrument }) => [strikeKey(instrument), instrument]))
  const epochOf = (underlying: number) => epochs.get(underlying)?.number ?? 0
  const doubtful = [...held].filter(([key, { underlying }]) => !warmth.isWarm(key, epochOf(underlying)))
  const cached = await chain.cachedEpochs(
    doubtful.map(([key]) => key),
    head.number,
  )
  const cold = new Map<bigint, HeldStrike>()
  for (const [index, [key, instrument]] of doubtful.entries()) {
    const epoch = cached[index] ?? 0
    warmth.note(key, epoch)
    if (epoch !== epochOf(instrument.underlying)) cold.set(key, { key, instrument })
  }
  return cold
}

async function endingSeries(chain: SeriesPort, { book, head }: SeriesInput): Promise<EndingSeries[]> {
  const now = Number(head.timestamp)
  const series = new Map<bigint, { underlying: number; expiry: number; end: number; holders: Set<AccountId> }>()
  for (const { instrument, holders } of book.derivatives()) {
    const { underlying, expiry } = instrument
    const known = series.get(seriesKeyOf(instrument)) ?? { underlying, expiry, end: expiry, holders: new Set() }
    for (const holder of holders) known.holders.add(holder)
    series.set(seriesKeyOf(instrument), known)
  }
  const all = [...series.values()]
  const perpetuals = all.filter(({ expiry }) => expiry === 0)
  await Promise.all(
    perpetuals.map(async (one) => {
      one.end = await chain.delistingAt(one.underlying, head.number)
    }),
  )
  const begun = all.filter(({ end }) => end !== 0 && now > end - SETTLEMENT_WINDOW)
  const progress = await Promise.all(
    begun.map(({ underlying, expiry }) => chain.averaging(underlying, expiry, head.number)),
  )
  return begun.flatMap((one, index) => {
    const averaging = progress[index]
    return averaging ? [{ ...one, ...averaging, holders: [...one.holders] }] : []
  })
}
