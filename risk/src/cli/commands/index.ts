/** One file per command; each registers itself on the program. */
import type { Command } from 'commander'
import { registerBacktest } from './backtest.ts'
import { registerCascade } from './cascade.ts'
import { registerEvaluate } from './evaluate.ts'
import { registerGarch } from './garch.ts'
import { registerIv } from './iv.ts'
import { registerMargin } from './margin.ts'
import { registerPreflight } from './preflight.ts'
import { registerPrice } from './price.ts'
import { registerProcyclicality } from './procyclicality.ts'
import { registerStress } from './stress.ts'
import { registerSurface } from './surface.ts'
import { registerVar } from './var.ts'
import { registerWeights } from './weights.ts'

export const COMMANDS: readonly ((program: Command) => void)[] = [
  registerGarch,
  registerIv,
  registerMargin,
  registerPrice,
  registerBacktest,
  registerProcyclicality,
  registerSurface,
  registerVar,
  registerStress,
  registerCascade,
  registerPreflight,
  registerEvaluate,
  registerWeights,
]
