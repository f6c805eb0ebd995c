/** What can be set of histories: by signers, by posters. */
import { MAX_OFFSET } from '@plimsoll/risk/estimation'
import { z } from 'zod'
import { gwei, wad } from '../../config.ts'

/** The feed takes nothing older (spec V-2). */
const FEED_MAX_AGE = 300
const MILLION = 1_000_000
const DAY = 86_400

const millionths = (fallback: number) =>
  z
    .number()
    .min(0)
    .max(MAX_OFFSET)
    .default(fallback)
    .transform((value) => Math.round(value * MILLION))

/** Of a signer, per underlying. `prices`: a URL, a file, or a folder whose newest file counts. */
export const historySourceSchema = z.strictObject({
  prices: z.string().min(1),
  group: z.array(z.string().min(1)).min(1),
})

export const historySignerSchema = z.strictObject({
  limits: z
    .strictObject({
      maximumAge: z.number().int().min(2).max(FEED_MAX_AGE).default(120),
      maximumLead: z.number().int().min(0).max(60).default(30),
      maximumRangeGap: wad().prefault('0.03'),
      maximumPriceAge: z.number().int().positive().max(DAY).default(10_800),
      maximumSpotGap: z.number().positive().max(0.5).default(0.1),
      maximumGaps: z.number().int().min(0).default(7),
      reloadSeconds: z.number().min(0).default(60),
    })
    .prefault({}),
  tolerance: z
    .strictObject({
      cap: z.number().min(0).max(1).default(0.1),
      leastCap: z.number().min(0).max(1).default(0.01),
      offset: millionths(0.02),
    })
    .prefault({}),
})

export const historyPosterSchema = z.strictObject({
  underlyings: z.array(z.string()).default([]),
  worth: z
    .strictObject({
      capMove: z.number().positive().max(1).default(0.1),
      offsetMove: millionths(0.02),
      heartbeat: z
        .number()
        .int()
        .min(60)
        .max(1.5 * DAY)
        .default(DAY),
      urgentAfter: z
        .number()
        .int()
        .min(60)
        .max(2 * DAY)
        .default(1.5 * DAY),
      maxGasPriceGwei: gwei().prefault('50'),
      urgentGasPriceGwei: gwei().prefault('500'),
    })
    .prefault({}),
})
