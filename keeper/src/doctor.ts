/** Can this keeper work? Every precondition, checked against the chain. */
import { EPOCH_AGE, type Snapshot, SURFACE_MAX_AGE } from '@plimsoll/sdk'
import { formatEther, isAddressEqual, maxUint128 } from 'viem'
import { Book } from './book.ts'
import { type Config, ownAccounts, type ResaleSettings } from './config.ts'
import { ethPrice } from './money.ts'
import type { ChainPort } from './ports/chain.ts'
import { HttpMatcher } from './ports/matcher.ts'
import { httpTransport } from './ports/transport.ts'
import { ViemChain } from './ports/viemChain.ts'
import { FetchError } from './publisher/ports/httpText.ts'
import { RESALE_NONCE } from './resale.ts'
import { observeMatrix } from './stages/observe.ts'
import { type EndingSeries, observeSeries, type SeriesView, Warmth } from './stages/observeSeries.ts'

export type Finding = { readonly ok: boolean; readonly check: string; readonly detail: string }

export async function diagnose(config: Config, chain: ChainPort = connect(config)): Promise<Finding[]> {
  const { deployment, account } = config
  const chainId = await chain.chainId()
  const findings = [
    { ok: chainId === deployment.chainId, check: 'chain', detail: `node ${chainId}, deployment ${deployment.chainId}` },
  ]
  for (const name of ['clearinghouse', 'markets', 'auction', 'series', 'settlement'] as const) {
    const found = await chain.hasCode(deployment[name])
    findings.push({ ok: found, check: `code of ${name}`, detail: deployment[name] })
  }
  if (findings.some(({ ok }) => !ok)) return findings
  const approved = await chain.isModule(deployment.auction)
  findings.push({
    ok: approved,
    check: 'module',
    detail: `the clearinghouse ${approved ? 'obeys' : 'does not know'} the auction`,
  })
  for (const id of ownAccounts(config)) {
    const allowed = await chain.isAuthorized(id, chain.signer)
    const advice = allowed ? 'may use it' : `may not: its owner must call setOperator(${id}, ${chain.signer}, true)`
    findings.push({ ok: allowed, check: `account ${id}`, detail: `${chain.signer} ${advice}` })
  }
  if (config.resale) findings.push(...(await resaleFindings(config.resale, config, chain)))
  const head = await chain.blockNumber()
  const { cash } = await chain.portfolio(account.main, head)
  const needsCash = config.resale === undefined
  findings.push({ ok: cash > 0n || !needsCash, check: 'cash of the main account', detail: `${formatEther(cash)} USD` })
  const gasMoney = await chain.balance(chain.signer)
  findings.push({ ok: gasMoney > 0n, check: 'gas money', detail: `${formatEther(gasMoney)} of ${chain.signer}` })
  return [...findings, ...(await marketFindings(config, chain, head))]
}

async function resaleFindings(
  { account, reseller, matcherUrl, timeoutMs }: ResaleSettings,
  { deployment }: Config,
  chain: ChainPort,
): Promise<Finding[]> {
  const isUsable = (await chain.filled(account, RESALE_NONCE)) !== maxUint128
  const advice = isUsable ? 'open' : `cancelled for good: deploy another Reseller and name it in resale.reseller`
  return [
    { ok: await chain.hasCode(reseller), check: 'code of the reseller', detail: reseller },
    { ok: isUsable, check: `nonce ${RESALE_NONCE} of the reseller's account`, detail: advice },
    await matcherFinding(new HttpMatcher({ url: matcherUrl, timeoutMs, deployment }), deployment),
  ]
}

async function matcherFinding(matcher: HttpMatcher, deployment: Config['deployment']): Promise<Finding> {
  const check = 'matcher'
  try {
    const { chainId, exchange } = await matcher.exchange()
    const ok = chainId === deployment.chainId && isAddressEqual(exchange, deployment.exchange)
    const expected = `${deployment.chainId} ${deployment.exchange}`
    return { ok, check, detail: `${chainId} ${exchange}, deployment ${expected}` }
  } catch (error) {
    if (error instanceof FetchError) return { ok: false, check, detail: error.message }
    throw error
  }
}

/** Twice the longest life of an epoch, which every action on its underlying ends. */
const EPOCH_SECONDS = 2 * EPOCH_AGE
/** A series is averaged and settled a few blocks after its end. */
const SETTLEMENT_SECONDS = 600

async function marketFindings(config: Config, chain: ChainPort, number: bigint): Promise<Finding[]> {
  const head = await chain.block(number)
  if (!head) return [{ ok: false, check: 'head', detail: `the node does not tell its block ${number}` }]
  const book = new Book({ number, hash: head.hash })
  for (const block of await chain.events(config.deployment.fromBlock, number)) book.apply(block)
  const snapshot = await observeMatrix({ chain, config }, { book, head, expected: [] })
  const series = await observeSeries(chain.series, { book, head, snapshot, warmth: new Warmth() })
  const usd = ethPrice(book, snapshot, config)
  const detail = usd > 0n ? `${formatEther(usd)} USD per ETH` : 'no market named ETH: set gas.ethUsd'
  return [
    { ok: usd > 0n, check: 'price of gas money', detail },
    ...feedFindings(book, snapshot),
    ...ageFindings(book, series, Number(head.timestamp)),
    ...series.ending.map((one) => endingFinding(book, one, Number(head.timestamp))),
  ]
}

function feedFindings({ symbols }: Book, { markets }: Snapshot): Finding[] {
  return markets.map(({ underlying, status }) => ({
    ok: status !== 'dead',
    check: `feed of ${symbols.get(underlying) ?? underlying}`,
    detail: status,
  }))
}

/** Epochs are judged by their stored age: one that is due makes whoever comes next pay for all arrays. */
function ageFindings({ symbols }: Book, { stored, cold }: SeriesView, now: number): Finding[] {
  return [...stored].flatMap(([underlying, { surfaceAt, rolledAt }]) => {
    const name = symbols.get(underlying) ?? underlying
    const strikes = [...cold.values()].filter(({ instrument }) => instrument.underlying === underlying).length
    return [
      { ok: now - surfaceAt <= SURFACE_MAX_AGE, check: `surface of ${name}`, detail: `${now - surfaceAt} s old` },
      {
        ok: now - rolledAt <= EPOCH_SECONDS,
        check: `risk epoch of ${name}`,
        detail: `${now - rolledAt} s old, ${strikes} held strikes without array`,
      },
    ]
  })
}

function endingFinding({ symbols }: Book, series: EndingSeries, now: number): Finding {
  const { underlying, expiry, end, doneUntil, holders } = series
  const name = symbols.get(underlying) ?? underlying
  const averaged = doneUntil === 0 ? 'not averaged yet' : `averaged up to ${new Date(doneUntil * 1_000).toISOString()}`
  return {
    ok: now - end < SETTLEMENT_SECONDS,
    check: expiry === 0 ? `delisting of ${name}` : `series ${new Date(end * 1_000).toISOString()} of ${name}`,
    detail: `${now - end} s over, ${averaged}, ${holders.length} accounts not settled`,
  }
}

export function connect({ rpcUrl, rpcTimeoutMs, deployment, privateKey }: Config): ChainPort {
  return new ViemChain({ transport: httpTransport(rpcUrl, rpcTimeoutMs), contracts: deployment, key: privateKey })
}
