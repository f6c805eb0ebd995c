import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { registerEvaluate } from '../../src/cli/commands/evaluate.ts'
import { evaluationData } from '../../src/cli/evaluationData.ts'
import { evaluate, type Figures, reportFiles } from '../../src/evaluation/index.ts'
import { refused, requireValid } from '../cli/runCommand.ts'

const FOLDER = new URL('../../../docs/evaluation/', import.meta.url)
const readText = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8')
const committed: Figures = JSON.parse(readText('figures.json'))

describe('the committed report', () => {
  const data = evaluationData()

  it('has figures of the documented shape', () => {
    requireValid('risk-evaluate', committed)
  })

  it('holds what a new computation of its worst days and procyclicality gives', () => {
    const { figures } = evaluate(data, ['worst-days', 'procyclicality'], () => undefined)
    assert.deepEqual(figures.histories, committed.histories)
    assert.deepEqual(figures.worstDays, committed.worstDays)
    assert.deepEqual(figures.procyclicality, committed.procyclicality)
  })

  it('holds what a new computation of the coverage of XRP gives', () => {
    const histories = data.histories.filter(({ symbol }) => symbol === 'XRP')
    const { figures } = evaluate({ ...data, histories }, ['coverage'], () => undefined)
    const rows = committed.coverage?.rows.filter(({ underlying }) => underlying === 'XRP')
    assert.ok((rows?.length ?? 0) > 50)
    assert.deepEqual(figures.coverage?.rows, rows)
  })

  it('is the text that its figures give', () => {
    const files = reportFiles(committed, [])
    assert.equal(files.get('report.md'), readText('report.md'))
    assert.equal(files.get('figures.json'), readText('figures.json'))
  })
})

describe('plimsoll evaluate', () => {
  it('refuses a section that it does not know', () => {
    refused(registerEvaluate, ['evaluate', '--only', 'coverage,luck'], undefined, /"luck" is none of coverage/)
  })
})
