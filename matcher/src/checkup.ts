/** Can this matcher work? Every precondition, checked against the chain. */
import { type Finding, httpTransport } from '@plimsoll/keeper/service'
import { formatEther } from 'viem'
import { ViemExchange } from './chain/viemExchange.ts'
import type { Settings } from './settings.ts'

export async function checkMatcher(settings: Settings): Promise<Finding[]> {
  const { deployment, privateKey: key, rpcUrl, rpcTimeoutMs } = settings
  const port = new ViemExchange({ transport: httpTransport(rpcUrl, rpcTimeoutMs), deployment, key })
  const chainId = await port.chainId()
  const isRight = chainId === deployment.chainId
  const findings = [{ ok: isRight, check: 'chain', detail: `node ${chainId}, deployment ${deployment.chainId}` }]
  if (!isRight) return findings
  const symbols = await port.symbols()
  const listed = symbols.length > 0
  findings.push({ ok: listed, check: 'markets', detail: listed ? symbols.join(', ') : 'none is listed' })
  const balance = await port.balance()
  findings.push({ ok: balance > 0n, check: 'gas money', detail: `${formatEther(balance)} of ${port.executor}` })
  return findings
}
