/** A thread of `PricingPool`: prices the rows it is told and answers with the number outside the domain. */
import { parentPort } from 'node:worker_threads'
import type { OptionColumns, ValueColumns } from '../black76Batch.ts'
import { black76BatchSimd } from '../simd/black76Simd.ts'
import type { PricingTask } from './pricingPool.ts'

function part({ options, out, start, end }: PricingTask): [OptionColumns, ValueColumns] {
  const rows = (column: Float64Array) => column.subarray(start, end)
  const { sign, forward, strike, expiryYears, volatility, discount } = options
  return [
    {
      sign: rows(sign),
      forward: rows(forward),
      strike: rows(strike),
      expiryYears: rows(expiryYears),
      volatility: rows(volatility),
      discount: rows(discount),
    },
    { value: rows(out.value), delta: rows(out.delta), vega: rows(out.vega) },
  ]
}

parentPort?.on('message', (task: PricingTask) => {
  parentPort?.postMessage(black76BatchSimd(...part(task)))
})
