/** Signed messages as JSON: what signers serve and what everybody else checks before using it. */
import { type Address, type Hex, isHex, recoverAddress } from 'viem'
import { z } from 'zod'
import type { Feed, Stamped } from './feed.ts'

export type Signed<Message> = { readonly message: Message; readonly signature: Hex }

/** What a signer serves at `/FEED/SYMBOL`. */
export type FeedDocument<Message> = {
  readonly signer: Address
  /** Its own message; absent while it refuses its input. */
  readonly proposal?: Signed<Message> | undefined
  /** Messages of signers with lower addresses that it co-signed, with its own signatures. */
  readonly endorsements: readonly Signed<Message>[]
}

/** A whole number as a decimal string, both ends included: what is outside could not be stored or hashed. */
export const integer = (least: bigint, most: bigint) =>
  z
    .string()
    .max(80)
    .regex(/^-?\d+$/, 'must be a whole number as a decimal string')
    .transform((text) => BigInt(text))
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`)
export const seconds = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40)
export const underlyingNumber = z.number().int().min(1).max(255)
export const hex = (bytes: number) =>
  z.custom<Hex>((value) => isHex(value) && value.length === 2 + 2 * bytes, `must be ${bytes} bytes as hex`)

/** @throws ZodError, SyntaxError for what is no such document */
export function parseDocument<Message>(text: string, message: z.ZodType<Message>): FeedDocument<Message> {
  const signed = z.strictObject({ message, signature: hex(65) })
  const document = z.object({
    signer: hex(20),
    proposal: signed.optional(),
    endorsements: z.array(signed).max(32).default([]),
  })
  return document.parse(JSON.parse(text))
}

/** Who signed; undefined when the signature or the message is malformed. */
export async function signerOf<Message extends Stamped>(
  feed: Pick<Feed<Message>, 'digest'>,
  { message, signature }: Signed<Message>,
): Promise<Address | undefined> {
  try {
    return await recoverAddress({ hash: feed.digest(message), signature })
  } catch {
    return undefined // recovery and encoding are pure arithmetic: they fail for malformed values only
  }
}
