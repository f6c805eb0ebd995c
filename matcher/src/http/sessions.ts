/** Who may see and cancel the orders of an account: whoever signed a login and may cancel them on the chain. */
import { randomBytes } from 'node:crypto'
import type { AccountId, Deployment } from '@plimsoll/sdk'
import { type Address, type Hex, hashTypedData, type TypedDataDomain } from 'viem'
import { type ExchangePort, keyOf } from '../chain/port.ts'
import { RefusedError } from '../errors.ts'

const LIFE_MS = 3_600_000
/** How far ahead the deadline of a login may be. */
const LONGEST_LOGIN_SECONDS = 600
const MOST_SESSIONS = 100_000

const loginTypes = {
  Login: [
    { name: 'account', type: 'bytes32' },
    { name: 'executor', type: 'address' },
    { name: 'deadline', type: 'uint40' },
  ],
} as const

export type LoginMessage = {
  readonly account: AccountId
  /** The matcher that it is for. */
  readonly executor: Address
  /** Unix seconds after which it is void, at most ten minutes ahead. */
  readonly deadline: number
}

/** What an account's owner, operator or session key signs to log in. */
export function loginTypedData({ chainId, exchange }: Pick<Deployment, 'chainId' | 'exchange'>, message: LoginMessage) {
  const domain = {
    name: 'Plimsoll Matcher',
    version: '1',
    chainId,
    verifyingContract: exchange,
  } satisfies TypedDataDomain
  return { domain, types: loginTypes, primaryType: 'Login', message } as const
}

export type Session = {
  readonly token: string
  readonly account: AccountId
  /** The operator or session key that logged in: good while it holds. */
  readonly key: Address | undefined
  readonly expiresAt: number
}

type Port = Pick<ExchangePort, 'deployment' | 'executor' | 'signer' | 'mayCancel'>

export class Sessions {
  readonly #port: Port
  readonly #now: () => number
  readonly #sessions = new Map<string, Session>()

  constructor(port: Port, now: () => number) {
    this.#port = port
    this.#now = now
  }

  /** @throws RefusedError */
  async open({ account, deadline, signature }: Omit<LoginMessage, 'executor'> & { signature: Hex }): Promise<Session> {
    const { deployment, executor } = this.#port
    const ahead = deadline - this.#now() / 1_000
    if (ahead < 0 || ahead > LONGEST_LOGIN_SECONDS) {
      const message = `The deadline of a login is at most ${LONGEST_LOGIN_SECONDS} s ahead, this one ${Math.round(ahead)} s. Sign another.`
      throw new RefusedError({ code: 'BAD_DEADLINE', message, status: 401 })
    }
    const digest = hashTypedData(loginTypedData(deployment, { account, executor, deadline }))
    const signer = await this.#port.signer(account, digest, signature)
    if (signer.kind === 'nobody') {
      const message = 'The signature is not from owner, operator or session key of the account. Sign for this matcher.'
      throw new RefusedError({ code: 'BadSignature', message, status: 401 })
    }
    const token = randomBytes(24).toString('hex')
    const session = { token, account, key: keyOf(signer), expiresAt: this.#now() + LIFE_MS }
    this.#makeRoom()
    this.#sessions.set(session.token, session)
    return session
  }

  /** The account that a token stands for. @throws RefusedError */
  async accountOf(token: string | undefined): Promise<AccountId> {
    const session = this.#sessions.get(token ?? '')
    if (session && session.expiresAt > this.#now() && (await this.#holds(session))) return session.account
    const message = 'Log in first: POST /sessions, then send the token as a bearer token.'
    throw new RefusedError({ code: 'NOT_LOGGED_IN', message, status: 401 })
  }

  /** An operator may be dismissed, a session key expire or be revoked. */
  async #holds({ account: accountId, key: address }: Session): Promise<boolean> {
    return address === undefined || this.#port.mayCancel({ accountId, address })
  }

  /** Sessions end in the order in which they began. */
  #makeRoom(): void {
    for (const [token, { expiresAt }] of this.#sessions) {
      if (expiresAt > this.#now() && this.#sessions.size < MOST_SESSIONS) return
      this.#sessions.delete(token)
    }
  }
}
