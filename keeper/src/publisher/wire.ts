/** Signed surfaces as JSON: what signers serve and what everybody else checks before using it. */
import { type Deployment, type SurfaceMessage, surfaceTypedData } from '@plimsoll/sdk'
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

const DIGITS = 80
const integer = z
  .string()
  .max(DIGITS)
  .regex(/^-?\d+$/, 'must be a whole number as a decimal string')
  .transform((text) => BigInt(text))
const seconds = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40)
const hex = (bytes: number) =>
  z.custom<Hex>((value) => isHex(value) && value.length === 2 + 2 * bytes, `must be ${bytes} bytes as hex`)

const quote = z.strictObject({
  expiry: seconds,
  theta: integer,
  rho: integer,
  psi: integer,
  forwardRatio: integer,
  discount: integer,
})
const message = z.strictObject({
  underlying: z.number().int().min(1).max(255),
  timestamp: seconds,
  premium: integer,
  depth: integer,
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
