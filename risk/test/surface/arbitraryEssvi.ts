/** Random eSSVI surfaces for property tests. */
import fc from 'fast-check'
import { type EssviParameters, essviOf } from '../../src/surface/index.ts'

const unit = fc.double({ min: 0, max: 1, noNaN: true })

/** One slice inside the butterfly conditions: max(left, right) <= min(4, 4 chi), chi from a day to years of variance. */
export const essviSlice: fc.Arbitrary<EssviParameters> = fc
  .record({ size: fc.double({ min: -4, max: 0.5, noNaN: true }), left: unit, right: unit })
  .map(({ size, left, right }) => {
    const chi = 10 ** size
    const limit = 0.999 * Math.min(4, 4 * chi)
    return essviOf({ chi, left: limit * (0.001 + 0.999 * left), right: limit * (0.001 + 0.999 * right) })
  })

const step = fc.record({ chi: unit, left: unit, right: unit })

/** Slices of 2 to 6 expiries inside all conditions: chi, left and right grow, the wings within what butterflies allow. */
export const essviSlices: fc.Arbitrary<EssviParameters[]> = fc
  .tuple(essviSlice, fc.array(step, { minLength: 1, maxLength: 5 }))
  .map(([first, steps]) => {
    const slices = [first]
    for (const { chi, left, right } of steps) {
      const last = slices.at(-1) ?? first
      const width = (last.theta / last.psi) * (1.001 + chi)
      const limit = 0.999 * Math.min(4, 4 * width)
      const grow = (value: number, share: number) => value + 0.999 * share * Math.max(0, limit - value)
      const wings = { left: last.psi * (1 - last.rho), right: last.psi * (1 + last.rho) }
      slices.push(essviOf({ chi: width, left: grow(wings.left, left), right: grow(wings.right, right) }))
    }
    return slices
  })
