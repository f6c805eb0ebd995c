/** A posting of historical weights as JSON: as `weights compute` prints it, or the fields of the feed's event. */
import { z } from 'zod'
import type { ClaimedPosting, HistoryPosting } from '../posting/index.ts'
import { type Input, parseJson } from './input.ts'

/** A whole number as a number, a decimal or a hexadecimal string: tools print events in all three ways. */
const integer = z
  .union([z.number().int(), z.string().regex(/^(\d+|0x[0-9a-fA-F]+)$/, 'must be a whole number')])
  .transform((value) => BigInt(value))
const count = integer.transform(Number)
const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'must be 32 bytes as hex')
  .transform((text): `0x${string}` => `0x${text.slice(2).toLowerCase()}`)
const correlations = z.strictObject({ fast: z.number(), slow: z.number(), stressed: z.number() })

/** Whatever else an event carries, such as signers and a block, is left out. */
const document = z.object({
  underlying: z.union([z.string().min(1), z.number().int()]),
  timestamp: count,
  scanRange: integer,
  weights: integer,
  offset: count,
  inputs: hash,
  code: hash,
  group: z.array(z.string().min(1)).optional(),
  probabilities: z.array(z.number()).optional(),
  caps: z.array(z.number()).optional(),
  correlations: z.record(z.string(), correlations).optional(),
})

/** A posting to check. */
export type PostingFile = ClaimedPosting & Pick<HistoryPosting, 'timestamp' | 'scanRange'>

/** `underlying` stays out where it is the chain's number, as in an event. @throws InputError with line and column of what is no posting */
export function readPosting(input: Input): PostingFile {
  const { underlying, ...fields } = parseJson(input, document)
  return typeof underlying === 'string' && !/^(0x)?\d+$/.test(underlying) ? { underlying, ...fields } : fields
}

/** What `weights compute` prints: integers beyond 2^53 as decimal strings. */
export function postingDocument(posting: HistoryPosting): Record<string, unknown> {
  return { ...posting, scanRange: String(posting.scanRange), weights: String(posting.weights) }
}
