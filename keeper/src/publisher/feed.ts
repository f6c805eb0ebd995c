/** One kind of message that a quorum signs and a contract takes: what signers, posters and their documents must know of it. */
import type { Address, Hex } from 'viem'
import type { z } from 'zod'
import type { Outcome } from '../outcome.ts'
import type { Call, Head } from '../ports/chain.ts'
import type { FeedState } from './ports/feedChain.ts'
import type { Decline, Refusal } from './refusal.ts'
import type { Verdict } from './verdict.ts'

export type FeedName = 'surface' | 'history'

/** What every message says of itself. */
export type Stamped = {
  /** The chain's number. */
  readonly underlying: number
  /** Unix seconds at which it was made. */
  readonly timestamp: number
}

export type Feed<Message extends Stamped> = {
  /** In paths of documents, metrics and printed lines. */
  readonly name: FeedName
  readonly address: Address
  /** Of a message as JSON, whole numbers beyond 2^53 as decimal strings. */
  readonly schema: z.ZodType<Message>
  /** What signers sign: the EIP-712 digest. @throws OutOfRangeError */
  digest(message: Message): Hex
  /** The call that posts it. @param signatures ascending by signer */
  call(message: Message, signatures: readonly Hex[]): Call
}

/** How a feed's state is read from the chain. */
export type StateOf<State extends FeedState> = (head: Head) => Promise<State>

/** What a signer makes of its input. `notes` go to the log. */
export type Made<Message> = { readonly message: Message; readonly notes: Readonly<Record<string, number>> }

/** Makes the messages of one underlying that this signer can stand for. */
export interface Author<Message extends Stamped, State extends FeedState> {
  /** `basis` identifies the input: a refusal counts once per basis. */
  propose(state: State): Promise<{ readonly basis: string; readonly outcome: Outcome<Made<Message>, Refusal> }>
  /** Why a proposal of another signer is not co-signed; undefined: it may be. */
  declineOf(proposal: Message, own: Message, state: State): Decline | undefined
}

/** What a poster thinks of a message that a quorum signed. */
export interface Judge<Message extends Stamped, State extends FeedState> {
  /** @param gasPrice wei per gas that a transaction would pay now. */
  worthOf(message: Message, state: State, gasPrice: bigint): Verdict
  /** Of what is stored, seconds; undefined: nothing yet. */
  ageOf(state: State): number | undefined
  /** What a printed line tells beside underlying, time and signers. */
  lineOf(message: Message): Readonly<Record<string, number | string>>
}
