/** Can this publisher work? Every precondition, checked against chain, input and other publishers. */
import { formatEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import type { Finding } from '../doctor.ts'
import type { Head } from '../ports/chain.ts'
import { systemClock } from '../ports/clock.ts'
import { httpTransport } from '../ports/transport.ts'
import type { Author, FeedName, Made, Stamped } from './feed.ts'
import { HistoryAuthor } from './history/historyAuthor.ts'
import { historyFeed } from './history/historyFeed.ts'
import { createSignerMetrics } from './metrics.ts'
import { FeedChain, type FeedState, type HistoryState, type SurfaceState } from './ports/feedChain.ts'
import { HttpPeers } from './ports/peers.ts'
import { textSource } from './ports/textSource.ts'
import type { Named, PosterSettings, SignerSettings } from './settings.ts'
import { SurfaceAuthor } from './surface/surfaceAuthor.ts'
import { surfaceFeed } from './surface/surfaceFeed.ts'

export async function checkSigner(settings: SignerSettings): Promise<Finding[]> {
  const { chain, findings } = await connect(settings)
  if (findings.some(({ ok }) => !ok)) return findings
  const head = await chain.head()
  const metrics = createSignerMetrics(settings.name)
  const own = privateKeyToAddress(settings.privateKey.reveal())
  const known = (what: FeedName, { symbol }: Named, { signers, quorum }: FeedState): Finding => {
    const ok = signers.includes(own)
    const place = `${own} ${ok ? 'is' : 'is not'} one of ${signers.length} signers, ${quorum} of them sign`
    return { ok, check: `signer of ${what} of ${symbol}`, detail: place }
  }
  for (const underlying of settings.underlyings) {
    const { id, symbol, quotes, depthUsd, history } = underlying
    if (quotes !== undefined) {
      const state = await chain.surface(id, head)
      findings.push(known('surface', underlying, state), surfaceFinding(underlying, state))
      const { limits, tolerance } = settings
      const author = new SurfaceAuthor({ symbol, source: textSource(quotes), depthUsd, limits, tolerance, metrics })
      findings.push(await inputFinding(`quotes of ${symbol}`, author, state))
    }
    if (history !== undefined) {
      const state = await chain.history(id, head)
      findings.push(known('history', underlying, state), historyFinding(underlying, state))
      const [source, { limits, tolerance }] = [textSource(history.prices), settings.history]
      const { group } = history
      const author = new HistoryAuthor({ symbol, group, source, limits, tolerance, clock: systemClock, metrics })
      findings.push(await inputFinding(`prices of ${symbol}`, author, state))
    }
  }
  const asked = settings.underlyings.find(({ quotes }) => quotes !== undefined)
  return [...findings, ...(await peerFindings(settings.peers, settings, asked, settings.underlyings[0]))]
}

export async function checkPoster(settings: PosterSettings): Promise<Finding[]> {
  const { chain, findings } = await connect(settings)
  if (findings.some(({ ok }) => !ok)) return findings
  const head = await chain.head()
  const own = privateKeyToAddress(settings.privateKey.reveal())
  const balance = await chain.balance(own)
  findings.push({ ok: balance > 0n, check: 'gas money', detail: `${formatEther(balance)} of ${own}` })
  const enough = (what: FeedName, { symbol }: Named, { quorum }: FeedState): Finding => {
    const detail = `${settings.signers.length} signers are asked, ${quorum} must sign`
    return { ok: settings.signers.length >= quorum, check: `quorum of ${what} of ${symbol}`, detail }
  }
  for (const underlying of settings.underlyings) {
    const state = await chain.surface(underlying.id, head)
    findings.push(enough('surface', underlying, state), surfaceFinding(underlying, state))
  }
  for (const underlying of settings.history.underlyings) {
    const state = await chain.history(underlying.id, head)
    findings.push(enough('history', underlying, state), historyFinding(underlying, state))
  }
  const [[asked], [other]] = [settings.underlyings, settings.history.underlyings]
  return [...findings, ...(await peerFindings(settings.signers, settings, asked, other))]
}

type Shared = Pick<SignerSettings, 'rpcUrl' | 'rpcTimeoutMs' | 'deployment' | 'peerTimeoutMs'> & {
  readonly underlyings: readonly Named[]
}

async function connect({
  rpcUrl,
  rpcTimeoutMs,
  deployment,
}: Shared): Promise<{ chain: FeedChain; findings: Finding[] }> {
  const chain = new FeedChain(httpTransport(rpcUrl, rpcTimeoutMs), deployment)
  await chain.requireChain()
  const { surfaceFeed, historyFeed, series, tails, chainId } = chain.deployment
  const findings: Finding[] = [{ ok: true, check: 'chain', detail: `${chainId}` }]
  for (const [name, address] of Object.entries({ surfaceFeed, historyFeed, series, tails })) {
    findings.push({ ok: await chain.hasCode(address), check: `code of ${name}`, detail: address })
  }
  return { chain, findings }
}

const HOUR = 3_600
const DAY = 86_400

function surfaceFinding({ symbol }: Named, { head, series: { epoch } }: SurfaceState): Finding {
  const at = epoch.number === 0 ? undefined : epoch.surfaceAt
  return ageFinding(`surface of ${symbol}`, head, at, HOUR)
}

function historyFinding({ symbol }: Named, { head, stored }: HistoryState): Finding {
  return ageFinding(`history of ${symbol}`, head, stored?.timestamp, 2 * DAY)
}

function ageFinding(check: string, head: Head, at: number | undefined, limit: number): Finding {
  if (at === undefined) return { ok: true, check, detail: 'none yet' }
  const age = Number(head.timestamp) - at
  return { ok: age <= limit, check, detail: `${age} s old` }
}

/** What the signer would make of its input now. */
async function inputFinding<Message extends Stamped, State extends FeedState>(
  check: string,
  author: Author<Message, State>,
  state: State,
): Promise<Finding> {
  const { outcome } = await author.propose(state)
  if (outcome.status === 'next') return { ok: true, check, detail: notesOf(outcome.value) }
  const { kind } = outcome.reason
  return { ok: kind === 'not-newer', check, detail: `refused: ${kind}` }
}

function notesOf<Message>({ notes }: Made<Message>): string {
  return Object.entries(notes)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

/** Whether each answers about a surface, or where none is asked for, about a history. */
async function peerFindings(
  urls: readonly string[],
  { deployment, peerTimeoutMs }: Shared,
  surface: Named | undefined,
  history: Named | undefined,
): Promise<Finding[]> {
  const findings = new Map<string, Finding>()
  const peers = new HttpPeers(urls, peerTimeoutMs, (peer, problem) =>
    findings.set(peer, { ok: problem === undefined, check: `signer at ${peer}`, detail: problem ?? 'answers' }),
  )
  if (surface !== undefined) await peers.documents(surfaceFeed(deployment), surface.symbol)
  else if (history !== undefined) await peers.documents(historyFeed(deployment), history.symbol)
  return [...findings.values()]
}
