/** Writes `docs/sdk/errors.md`, the page that `docsPath` of every error points into. Run it after `sdk/scripts/abis.ts`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { errorsAbi } from '../src/abis/errors.ts'

const PAGE = new URL('../../docs/sdk/errors.md', import.meta.url)

/** Errors that no contract has: what they mean and what to do. */
const OWN: readonly (readonly [string, string, string])[] = [
  ['AccountMissing', 'ACCOUNT_MISSING', 'A write without an account. Create the client with one, or pass `account`.'],
  [
    'InvalidDeployment',
    'INVALID_DEPLOYMENT',
    'A field of the deployment is missing or malformed. Use a file of the deploy scripts.',
  ],
  ['InvalidEncoding', 'INVALID_ENCODING', 'A word is no member of its type. Check where it came from.'],
  ['MissingRow', 'MISSING_ROW', 'The snapshot lacks an underlying of the portfolio. Take it over all of them.'],
  [
    'MissingSeriesRow',
    'MISSING_SERIES_ROW',
    'The snapshot or the state lacks an expiry or a strike. Take it over all instruments of the portfolio.',
  ],
  [
    'OrderNotFillable',
    'ORDER_NOT_FILLABLE',
    'The exchange would refuse the fill. `issues` holds every reason. Take another order, or change the fill.',
  ],
  [
    'OutOfRange',
    'OUT_OF_RANGE',
    'A number does not fit the bits that the chain gives it. Use one from `minimum` to `maximum`.',
  ],
  ['Panic', 'PANIC', 'A contract panicked, for instance on an overflow. Use a smaller amount.'],
  ['PositionTooLarge', 'POSITION_TOO_LARGE', 'Lots times unit reach 2^97. Use a smaller position.'],
  ['RevertReason', 'REVERT_REASON', 'A foreign contract reverted with a text. Read it.'],
  ['StrikeTooLarge', 'STRIKE_TOO_LARGE', 'A strike is beyond the largest price. Use a smaller one.'],
  [
    'TooManyOptionLots',
    'TOO_MANY_OPTION_LOTS',
    'Netted option lots of one underlying reach 2^47. Use smaller positions.',
  ],
  ['UndatedInstrument', 'UNDATED_INSTRUMENT', 'No surface prices what has no expiry. Use getMarket.'],
  [
    'UnknownRevert',
    'UNKNOWN_REVERT',
    'A foreign contract reverted with its own error. Look up the selector in its ABI.',
  ],
  ['UnmeasuredInstrument', 'UNMEASURED_INSTRUMENT', 'A future has no strike. Leave it 0.'],
  [
    'UnsupportedProvider',
    'UNSUPPORTED_PROVIDER',
    'The ethers provider has no `send`. Use a JsonRpcProvider or BrowserProvider.',
  ],
  [
    'UnsupportedRequest',
    'UNSUPPORTED_REQUEST',
    'The ethers signer cannot answer the request. Use an action of this package.',
  ],
]

/** The page as the sources say now. */
export function errorPage(): string {
  const names = [...new Set(errorsAbi.map(({ name }) => name))]
  const reverts = names.map((name) => {
    const variants = errorsAbi.filter((item) => item.name === name)
    const signatures = variants.map(
      ({ inputs }) => `\`${name}(${inputs.map((i) => `${i.type} ${i.name}`).join(', ')})\``,
    )
    return `### ${name}\n\nClass \`${name}Error\`, code \`${codeOf(name)}\`. ${signatures.join(' or ')}\n`
  })
  const own = OWN.map(([name, code, text]) => `### ${name}\n\nClass \`${name}Error\`, code \`${code}\`. ${text}\n`)
  return [
    '# Errors of @plimsoll/sdk\n',
    'Every error extends `PlimsollError` and has a stable `code`, its values as fields, and a message that says what to do.',
    'Written by `node sdk/scripts/errorDocs.ts`.\n',
    '## Of the package\n',
    ...own,
    '## Of the contracts\n',
    'Thrown by actions and by `decodeError`. Fields have the names of the parameters.\n',
    ...reverts,
  ].join('\n')
}

/** Whether the checked-in page is current. */
export function isCurrent(): boolean {
  return existsSync(PAGE) && readFileSync(PAGE, 'utf8') === errorPage()
}

function codeOf(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(new URL('.', PAGE), { recursive: true })
  writeFileSync(PAGE, errorPage())
}
