import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { type Command, InvalidArgumentError } from 'commander'
import { evaluate, reportFiles, SECTIONS, type Section } from '../../evaluation/index.ts'
import { evaluationData } from '../evaluationData.ts'
import { InputError } from '../input.ts'
import { print, printJson } from '../output.ts'

type EvaluateOptions = { out?: string; only?: Section[]; json?: boolean }

const DEFAULT_FOLDER = 'docs/evaluation'

function sections(text: string): Section[] {
  return text.split(',').map((name) => {
    const section = SECTIONS.find((each) => each === name)
    if (section === undefined) throw new InvalidArgumentError(`"${name}" is none of ${SECTIONS.join(', ')}.`)
    return section
  })
}

function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  try {
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of files) writeFileSync(join(folder, name), text)
  } catch (cause) {
    throw new InputError(folder, {}, `cannot be written (${cause instanceof Error ? cause.message : cause})`)
  }
}

/** A part of the report must not replace the whole one, so `--only` writes where `--out` says, or nothing. */
function run({ out, only, json }: EvaluateOptions): void {
  const started = performance.now()
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1)
  const progress = (what: string) => process.stderr.write(`${seconds()} s ${what}\n`)
  progress('reading prices')
  const { prepared, figures } = evaluate(evaluationData(), only ?? SECTIONS, progress)
  const folder = out ?? (only === undefined ? DEFAULT_FOLDER : undefined)
  const files = reportFiles(figures, prepared)
  if (folder !== undefined) writeFiles(folder, files)
  progress('done')
  if (json) printJson(figures)
  else if (folder === undefined) print(files.get('report.md') ?? '')
  else print([...files.keys()].map((name) => join(folder, name)).join('\n'))
}

export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description(
      'Evaluate the margin on the real history that ships with the package: coverage, worst days, procyclicality, ' +
        'capital efficiency. Writes a report with charts and figures',
    )
    .option('--out <folder>', `where to write (default: ${DEFAULT_FOLDER}; with --only nowhere)`)
    .option('--only <sections>', `some of ${SECTIONS.join(',')}; prints the report without --out`, sections)
    .option('--json', 'print the figures as JSON')
    .action(run)
}
