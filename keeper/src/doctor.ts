/** Can this keeper work? Every precondition, checked against the chain. */
import { formatEther } from 'viem'
import { Book } from './book.ts'
import type { Config } from './config.ts'
import { ethPrice } from './money.ts'
import type { ChainPort } from './ports/chain.ts'
import { httpTransport, ViemChain } from './ports/viemChain.ts'

export type Finding = { readonly ok: boolean; readonly check: string; readonly detail: string }

export async function diagnose(config: Config, chain: ChainPort = connect(config)): Promise<Finding[]> {
  const { deployment, account } = config
  const chainId = await chain.chainId()
  const findings = [
    { ok: chainId === deployment.chainId, check: 'chain', detail: `node ${chainId}, deployment ${deployment.chainId}` },
  ]
  for (const name of ['clearinghouse', 'markets', 'auction'] as const) {
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
  for (const id of [account.main, ...account.pool]) {
    const allowed = await chain.isAuthorized(id, chain.signer)
    const advice = allowed ? 'may use it' : `may not: its owner must call setOperator(${id}, ${chain.signer}, true)`
    findings.push({ ok: allowed, check: `account ${id}`, detail: `${chain.signer} ${advice}` })
  }
  const head = await chain.blockNumber()
  const { cash } = await chain.portfolio(account.main, head)
  findings.push({ ok: cash > 0n, check: 'cash of the main account', detail: `${formatEther(cash)} USD` })
  const gasMoney = await chain.balance(chain.signer)
  findings.push({ ok: gasMoney > 0n, check: 'gas money', detail: `${formatEther(gasMoney)} of ${chain.signer}` })
  findings.push(await gasPriceFinding(config, chain, head))
  return findings
}

async function gasPriceFinding(config: Config, chain: ChainPort, head: bigint): Promise<Finding> {
  const events = await chain.events(config.deployment.fromBlock, head)
  const book = new Book({ number: head, hash: '0x' })
  for (const block of events) book.apply(block)
  const usd = ethPrice(
    book,
    await chain.snapshot(
      [...book.symbols.keys()].sort((a, b) => a - b),
      head,
    ),
    config,
  )
  const detail = usd > 0n ? `${formatEther(usd)} USD per ETH` : 'no market named ETH: set gas.ethUsd'
  return { ok: usd > 0n, check: 'price of gas money', detail }
}

export function connect({ rpcUrl, rpcTimeoutMs, deployment, privateKey }: Config): ChainPort {
  return new ViemChain({ transport: httpTransport(rpcUrl, rpcTimeoutMs), contracts: deployment, key: privateKey })
}
