/** When a signed history is posted, and what is printed of it. */
import type { HistoryMessage } from '@plimsoll/sdk'
import type { Judge } from '../feed.ts'
import type { HistoryState } from '../ports/feedChain.ts'
import { type HistoryWorthPolicy, historyWorth } from './worth.ts'

export function historyJudge(policy: HistoryWorthPolicy): Judge<HistoryMessage, HistoryState> {
  return {
    worthOf: (message, state, gasPrice) => historyWorth(message, state, gasPrice, policy),
    ageOf: ({ head, stored }) => stored && Number(head.timestamp) - stored.timestamp,
    lineOf: ({ weights, offset, inputs, code }) => ({ weights: String(weights), offset, inputs, code }),
  }
}
