import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AccountId } from '@plimsoll/sdk'
import { pino } from 'pino'
import { numberToHex } from 'viem'
import { MarginReport } from '../src/marginReport.ts'
import { createMetrics } from '../src/ports/metrics.ts'
import { NO_MARGIN } from '../src/stages/margin.ts'

const WAD = 10n ** 18n

describe('what a keeper says of margin calls', () => {
  it('writes one line when a call appears and one when it ends', () => {
    const lines: Record<string, unknown>[] = []
    const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) })
    const report = new MarginReport({ log, metrics: createMetrics('test') })
    const account: AccountId = numberToHex(7n, { size: 32 })
    const call = { equity: 90n * WAD, initial: 100n * WAD, topUp: 10n * WAD }
    const calls = new Map([[account, call]])
    const breaches = new Map([[account, { at: 1_700_000_000, topUp: 3n * WAD }]])
    report.scanned({ ...NO_MARGIN, calls, breaches })
    report.scanned({ ...NO_MARGIN, calls: new Map([[account, { ...call, topUp: 11n * WAD }]]), breaches })
    report.scanned(NO_MARGIN)
    assert.deepEqual(
      lines.map(({ event }) => event),
      ['margin-call', 'ramp-breach', 'margin-call-ended', 'ramp-breach-ended'],
    )
    assert.deepEqual([lines[0]?.equityUsd, lines[0]?.initialUsd, lines[0]?.topUpUsd], ['90', '100', '10'])
    assert.deepEqual([lines[1]?.breachAt, lines[1]?.topUpUsd], ['2023-11-14T22:13:20.000Z', '3'])
    assert.ok(lines.every((line) => line.account === account))
  })
})
