/** Logs of the protocol's contracts as the keeper's events. */
import { decodeMode } from '@plimsoll/sdk'
import { type GetEventArgs, hexToString, trim } from 'viem'
import type { ProtocolEvent } from '../events.ts'
import type { eventsAbi } from './abi.ts'

type Names = (typeof eventsAbi)[number]['name']
type Log<name extends Names> = {
  readonly eventName: name
  readonly args: GetEventArgs<typeof eventsAbi, name, { EnableUnion: false; IndexedOnly: false; Required: true }>
}
/** A decoded log, whatever block or receipt it came from. */
export type ProtocolLog = { [name in Names]: Log<name> }[Names]

export function decodeEvents(logs: readonly ProtocolLog[]): ProtocolEvent[] {
  return logs.flatMap((log) => decodeEvent(log))
}

function decodeEvent(log: ProtocolLog): ProtocolEvent[] {
  switch (log.eventName) {
    case 'Moved':
      return [{ kind: 'moved', from: log.args.from, to: log.args.to, cash: log.args.cash, legs: log.args.legs }]
    case 'ModeSet':
      return [{ kind: 'mode', account: log.args.account, mode: decodeMode(log.args.mode) }]
    case 'ReduceOnlySet':
      return [{ kind: 'reduceOnly', account: log.args.account, reduceOnly: log.args.reduceOnly }]
    case 'MemoSet':
      return [{ kind: 'memo', account: log.args.account, memo: log.args.memo, total: log.args.total }]
    case 'Flagged':
      return [{ kind: 'flag', account: log.args.account, flagged: true }]
    case 'Unflagged':
    case 'Absorbed':
      return [{ kind: 'flag', account: log.args.account, flagged: false }]
    case 'Sliced':
      return [{ ...taken(log.args), reward: log.args.value - log.args.payment + log.args.topUp }]
    case 'Converted':
      return [{ ...taken(log.args), reward: log.args.value - log.args.payment }]
    case 'Settled':
      return [
        {
          kind: 'settled',
          account: log.args.account,
          underlying: log.args.underlying,
          expiry: log.args.expiry,
        },
      ]
    case 'Listed':
      return [
        {
          kind: 'listed',
          underlying: log.args.underlying,
          symbol: hexToString(trim(log.args.symbol, { dir: 'right' })),
        },
      ]
    case 'Observed':
      return [{ kind: 'observed', underlying: log.args.underlying }]
  }
}

function taken({ account, keeper, fraction }: Pick<Log<'Sliced'>['args'], 'account' | 'keeper' | 'fraction'>) {
  return { kind: 'sliced', account, keeper, fraction } as const
}
