/** Can this publisher work? Every precondition, checked against chain, quotes and other publishers. */
import { formatEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import type { Finding } from '../doctor.ts'
import { httpTransport } from '../ports/viemChain.ts'
import { FeedChain, type FeedState } from './ports/feedChain.ts'
import { HttpPeers } from './ports/peers.ts'
import { quoteSource } from './ports/quoteSource.ts'
import { propose } from './propose.ts'
import type { Named, PosterSettings, SignerSettings } from './settings.ts'
import { readSnapshot } from './snapshot.ts'

export async function checkSigner(settings: SignerSettings): Promise<Finding[]> {
  const chain = connect(settings)
  const findings = await chainFindings(chain)
  if (findings.some(({ ok }) => !ok)) return findings
  const head = await chain.head()
  const own = privateKeyToAddress(settings.privateKey.reveal())
  for (const underlying of settings.underlyings) {
    const state = await chain.state(underlying.id, head)
    const known = state.signers.includes(own)
    const place = `${own} ${known ? 'is' : 'is not'} one of ${state.signers.length} signers, ${state.quorum} of them sign`
    findings.push({ ok: known, check: `signer of ${underlying.symbol}`, detail: place })
    findings.push(surfaceFinding(underlying, state), await quotesFinding(settings, underlying, state))
  }
  return [...findings, ...(await peerFindings(settings.peers, settings))]
}

export async function checkPoster(settings: PosterSettings): Promise<Finding[]> {
  const chain = connect(settings)
  const findings = await chainFindings(chain)
  if (findings.some(({ ok }) => !ok)) return findings
  const head = await chain.head()
  const own = privateKeyToAddress(settings.privateKey.reveal())
  const balance = await chain.balance(own)
  findings.push({ ok: balance > 0n, check: 'gas money', detail: `${formatEther(balance)} of ${own}` })
  for (const underlying of settings.underlyings) {
    const state = await chain.state(underlying.id, head)
    const enough = settings.signers.length >= state.quorum
    const detail = `${settings.signers.length} signers are asked, ${state.quorum} must sign`
    findings.push({ ok: enough, check: `quorum of ${underlying.symbol}`, detail }, surfaceFinding(underlying, state))
  }
  return [...findings, ...(await peerFindings(settings.signers, settings))]
}

type Shared = Pick<SignerSettings, 'rpcUrl' | 'rpcTimeoutMs' | 'deployment' | 'peerTimeoutMs'> & {
  readonly underlyings: readonly Named[]
}

function connect({ rpcUrl, rpcTimeoutMs, deployment }: Shared): FeedChain {
  return new FeedChain(httpTransport(rpcUrl, rpcTimeoutMs), deployment)
}

async function chainFindings(chain: FeedChain): Promise<Finding[]> {
  await chain.requireChain()
  const { surfaceFeed, series, chainId } = chain.deployment
  const findings: Finding[] = [{ ok: true, check: 'chain', detail: `${chainId}` }]
  for (const [name, address] of Object.entries({ surfaceFeed, series })) {
    findings.push({ ok: await chain.hasCode(address), check: `code of ${name}`, detail: address })
  }
  return findings
}

const HOUR = 3_600

function surfaceFinding({ symbol }: Named, { head, series: { epoch } }: FeedState): Finding {
  if (epoch.number === 0) return { ok: true, check: `surface of ${symbol}`, detail: 'none yet' }
  const age = Number(head.timestamp) - epoch.surfaceAt
  return { ok: age <= HOUR, check: `surface of ${symbol}`, detail: `${age} s old` }
}

async function quotesFinding(
  { limits }: SignerSettings,
  { symbol, quotes, depthUsd }: SignerSettings['underlyings'][number],
  state: FeedState,
): Promise<Finding> {
  const check = `quotes of ${symbol}`
  const at = Number(state.head.timestamp) + limits.maximumLead
  const input = await quoteSource(quotes)
    .latest()
    .catch((error: unknown) => String(error))
  if (typeof input === 'string') return { ok: false, check, detail: input }
  const snapshot = readSnapshot(input, { underlying: symbol, at, maximumAge: limits.maximumAge })
  const outcome = snapshot.status === 'next' ? propose(snapshot.value, state, { limits, depthUsd }) : snapshot
  if (outcome.status === 'next') {
    const { message, fit } = outcome.value
    const detail = `${message.expiries.length} expiries, ${fit.quotes} quotes, error ${fit.worstError.toFixed(2)} points`
    return { ok: true, check, detail }
  }
  const { kind } = outcome.reason
  return { ok: kind === 'not-newer', check, detail: `refused: ${kind}` }
}

async function peerFindings(urls: readonly string[], { underlyings, peerTimeoutMs }: Shared): Promise<Finding[]> {
  const findings = new Map<string, Finding>()
  const peers = new HttpPeers(urls, peerTimeoutMs, (peer, problem) =>
    findings.set(peer, { ok: problem === undefined, check: `signer at ${peer}`, detail: problem ?? 'answers' }),
  )
  for (const { symbol } of underlyings.slice(0, 1)) await peers.surfaces(symbol)
  return [...findings.values()]
}
