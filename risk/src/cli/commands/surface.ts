import type { Command } from 'commander'
import { registerSurfaceDensity } from './surfaceDensity.ts'
import { registerSurfaceFit } from './surfaceFit.ts'

export function registerSurface(program: Command): void {
  const surface = program.command('surface').description('Volatility surfaces and the distributions they imply')
  registerSurfaceFit(surface)
  registerSurfaceDensity(surface)
}
