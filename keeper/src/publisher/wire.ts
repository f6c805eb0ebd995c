/** Signed surfaces as JSON: what signers serve and what everybody else checks before using it. */
import { type Deployment, MAX_THETA, type SurfaceMessage, surfaceTypedData, WAD } from '@plimsoll/sdk'
import { type Address, type Hex, isHex, recoverTypedDataAddress } from 'viem'
import { z } from 'zod'

export type SignedSurface = { readonly message: SurfaceMessage; readonly signature: Hex }

/** What a signer serves at `/surface/SYMBOL`. */
export type SurfaceDocument = {
  readonly signer: Address
  /** Its own message; absent while it refuses its input. */
  readonly proposal?: SignedSurface | undefined
  /** Messages of signers with lower addresses that it co-signed, with its own signatures. */
  readonly endorsements: readonly SignedSurface[]
}

/** Of the premium: more than all of spot is none. */
const MILLION = 1_000_000n

/** A whole number as a decimal string, both ends included: what is outside could not be stored or hashed. */
const integer = (least: bigint, most: bigint) =>
  z
    .string()
    .max(40)
    .regex(/^-?\d+$/, 'must be a whole number as a decimal string')
    .transform((text) => BigInt(text))
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`)
const seconds = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40)
const hex = (bytes: number) =>
  z.custom<Hex>((value) => isHex(value) && value.length === 2 + 2 * bytes, `must be ${bytes} bytes as hex`)

const quote = z.strictObject({
  expiry: seconds,
  theta: integer(1n, MAX_THETA),
  rho: integer(-WAD, WAD),
  psi: integer(0n, 4n * WAD),
  forwardRatio: integer(1n, 10n * WAD),
  discount: integer(1n, WAD),
})
const message = z.strictObject({
  underlying: z.number().int().min(1).max(255),
  timestamp: seconds,
  premium: integer(-MILLION, MILLION),
  depth: integer(0n, 2n ** 127n),
  expiries: z.array(quote).min(1).max(12),
})
const signed = z.strictObject({ message, signature: hex(65) })
const document = z.object({
  signer: hex(20),
  proposal: signed.optional(),
  endorsements: z.array(signed).max(32).default([]),
})

/** @throws ZodError, SyntaxError for what is no such document */
export function parseSurfaceDocument(text: string): SurfaceDocument {
  return document.parse(JSON.parse(text))
}

/** Who signed; undefined when the signature or the message is malformed. */
export async function signerOf(deployment: Deployment, surface: SignedSurface): Promise<Address | undefined> {
  try {
    return await recoverTypedDataAddress({
      ...surfaceTypedData(deployment, surface.message),
      signature: surface.signature,
    })
  } catch {
    return undefined // recovery and encoding are pure arithmetic: they fail for malformed values only
  }
}
