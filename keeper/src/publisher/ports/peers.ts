/** Signers of the same feed, over HTTP. */
import { z } from 'zod'
import { parseSurfaceDocument, type SurfaceDocument } from '../wire.ts'
import { FetchError, fetchText, withoutSecrets } from './httpText.ts'

export interface PeersPort {
  /** Documents of those that answer; the others are told to `onPeer`. */
  surfaces(symbol: string): Promise<readonly SurfaceDocument[]>
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

  async surfaces(symbol: string): Promise<readonly SurfaceDocument[]> {
    const all = await Promise.all(this.#urls.map((url) => this.#ask(url, symbol)))
    return all.flatMap((document) => document ?? [])
  }

  async #ask(base: string, symbol: string): Promise<SurfaceDocument | undefined> {
    const peer = withoutSecrets(base)
    const url = `${base.replace(/\/$/, '')}/surface/${symbol}`
    try {
      const { text } = await fetchText(url, { timeoutMs: this.#timeoutMs, maximumBytes: MAXIMUM_BYTES })
      const document = parseSurfaceDocument(text)
      this.#onPeer(peer, undefined)
      return document
    } catch (error) {
      if (!(error instanceof FetchError || error instanceof z.ZodError || error instanceof SyntaxError)) throw error
      this.#onPeer(peer, error instanceof FetchError ? error.message : 'answers no surface document')
      return undefined
    }
  }
}
