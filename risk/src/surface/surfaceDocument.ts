/** The JSON form of a surface, version 1; its schema is docs/schemas/risk-surface.json. */
import { z } from 'zod'
import { RiskError } from '../errors.ts'
import { requireSurface, type Surface } from './surface.ts'

const slice = z.object({
  expiry: z.number(),
  forward: z.number(),
  discount: z.number(),
  theta: z.number(),
  rho: z.number(),
  psi: z.number(),
})

/** Version 1: eSSVI slices in order of expiry. Units as in `Surface`; further keys, such as a fit's report, are ignored. */
const surfaceSchema = z.object({
  format: z.literal('plimsoll-surface'),
  version: z.literal(1),
  model: z.literal('essvi'),
  underlying: z.string(),
  time: z.number(),
  spot: z.number().positive().optional(),
  slices: z.array(slice).min(1),
})

/** What `surfaceDocument` writes and `parseSurface` reads. */
export type SurfaceDocument = Surface & { format: 'plimsoll-surface'; version: 1; model: 'essvi' }

/** A surface as the value to be written as JSON. Numbers keep all their digits, so parsing gives the same surface. */
export function surfaceDocument({ underlying, time, spot, slices }: Surface): SurfaceDocument {
  return {
    format: 'plimsoll-surface',
    version: 1,
    model: 'essvi',
    underlying,
    time,
    ...(spot === undefined ? {} : { spot }),
    slices: slices.map(({ expiry, forward, discount, theta, rho, psi }) => ({
      expiry,
      forward,
      discount,
      theta,
      rho,
      psi,
    })),
  }
}

/** A value that is no surface document. `path` is where, such as slices.3.theta. */
export class SurfaceDocumentError extends RiskError {
  readonly code = 'SURFACE_DOCUMENT'
  readonly path: string

  constructor(path: string, problem: string) {
    super(
      `Not a surface of version 1: ${path === '' ? 'the document' : path}: ${problem}. Write it with surfaceDocument.`,
    )
    this.path = path
  }
}

/**
 * A surface from parsed JSON, its shape and its no-arbitrage conditions checked.
 * @throws SurfaceDocumentError for a value of another shape or version; DomainError as `requireSurface`.
 */
export function parseSurface(value: unknown): Surface {
  const result = surfaceSchema.safeParse(value)
  if (!result.success) {
    const issue = result.error.issues[0]
    throw new SurfaceDocumentError(issue?.path.join('.') ?? '', issue?.message ?? 'is invalid')
  }
  const { underlying, time, spot, slices } = result.data
  const surface = { underlying, time, spot, slices }
  requireSurface(surface)
  return surface
}
