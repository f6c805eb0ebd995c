/** Signers of the same feeds, over HTTP. */
import { z } from 'zod'
import type { Feed, Stamped } from '../feed.ts'
import { type FeedDocument, parseDocument } from '../wire.ts'
import { FetchError, fetchText, withoutSecrets } from './httpText.ts'

export interface PeersPort {
  /** Documents of those that answer; the others are told to `onPeer`. */
  documents<Message extends Stamped>(
    feed: Pick<Feed<Message>, 'name' | 'schema'>,
    symbol: string,
  ): Promise<readonly FeedDocument<Message>[]>
}

const MAXIMUM_BYTES = 2 ** 18

export class HttpPeers implements PeersPort {
  readonly #urls: readonly string[]
  readonly #timeoutMs: number
  readonly #onPeer: (peer: string, problem: string | undefined) => void

  /** @param onPeer Told about every request: whom it asked, and what went wrong. */
  constructor(urls: readonly string[], timeoutMs: number, onPeer: (peer: string, problem: string | undefined) => void) {
    this.#urls = urls
    this.#timeoutMs = timeoutMs
    this.#onPeer = onPeer
  }

  async documents<Message extends Stamped>(
    feed: Pick<Feed<Message>, 'name' | 'schema'>,
    symbol: string,
  ): Promise<readonly FeedDocument<Message>[]> {
    const all = await Promise.all(this.#urls.map((url) => this.#ask(url, feed, symbol)))
    return all.flatMap((document) => document ?? [])
  }

  async #ask<Message extends Stamped>(
    base: string,
    { name, schema }: Pick<Feed<Message>, 'name' | 'schema'>,
    symbol: string,
  ): Promise<FeedDocument<Message> | undefined> {
    const peer = withoutSecrets(base)
    const url = `${base.replace(/\/$/, '')}/${name}/${symbol}`
    try {
      const { text } = await fetchText(url, { timeoutMs: this.#timeoutMs, maximumBytes: MAXIMUM_BYTES })
      const document = parseDocument(text, schema)
      this.#onPeer(peer, undefined)
      return document
    } catch (error) {
      if (!(error instanceof FetchError || error instanceof z.ZodError || error instanceof SyntaxError)) throw error
      this.#onPeer(peer, error instanceof FetchError ? error.message : `answers no ${name} document`)
      return undefined
    }
  }
}
