/** The compiled engine on a chain of its own, asked by words. */
import { artifacts, network } from 'hardhat'
import { type Abi, type AbiFunction, type AbiParameter, decodeErrorResult, type Hex, toFunctionSelector } from 'viem'
import { startChain } from '../../scripts/simulation/chain.ts'
import { encodePortfolio, encodeSnapshot, encodeUnderlyingSet, revertDataOf } from '../../sdk/src/index.ts'
import type { Case } from './generator.ts'
import { componentsOf, encodeWords, WordReader } from './words.ts'

const ENGINE = '0xE9614E0000000000000000000000000000000001'

/** Numbers by the names of the chain's fields, such as `assess.equity` or `audit.7.pnl54.12`. */
export type Numbers = Record<string, bigint>

/** What the chain answers, or the name of the error that it reverts with. */
export type Answer = { readonly numbers: Numbers } | { readonly error: string }

export type Engine = {
  readonly ask: (inputs: readonly Case[]) => Promise<Answer[]>
  readonly close: () => Promise<void>
}

/** What a call returned or reverted with. */
type Outcome = { readonly data: string } | { readonly revert: Hex }
type Call = (data: readonly Hex[]) => Promise<Outcome[]>

/** Deploys the compiled engine in a chain of its own, in this process. */
export async function openEngine(): Promise<Engine> {
  const connection = await network.create()
  const { bytecode, abi } = await artifacts.readArtifact('MarginEngine')
  const { viem, provider } = connection
  const [wallet] = await viem.getWalletClients()
  const client = await viem.getPublicClient()
  if (!wallet) throw new Error('The simulated chain has no account to deploy from.')
  const hash = await wallet.sendTransaction({ data: bytecode as Hex }) // an artifact's bytecode is hex
  const { contractAddress: to } = await client.getTransactionReceipt({ hash })
  if (!to) throw new Error('The engine was not deployed.')
  const callOne = (data: Hex) =>
    provider.request({ method: 'eth_call', params: [{ to, data }, 'latest'] }).then(
      (result): Outcome => ({ data: String(result) }),
      (error: unknown): Outcome => ({ revert: revertOf(error) }),
    )
  return { ask: askerOf(abi, (all) => Promise.all(all.map(callOne))), close: () => connection.close() }
}

/** Puts the compiled engine in a chain of its own, in a process of its own, which takes many calls at once: anvil if it runs. */
export async function openSeparateEngine(): Promise<Engine> {
  const { abi, deployedBytecode } = await artifacts.readArtifact('MarginEngine')
  const { rpc, stop } = await startChain({ genesis: Math.floor(Date.now() / 1000) })
  await rpc.call('hardhat_setCode', [ENGINE, deployedBytecode])
  const call: Call = async (all) => {
    const calls = all.map((data) => ({ method: 'eth_call', params: [{ to: ENGINE, data }, 'latest'] }))
    const outcomes = await rpc.settle(calls)
    return outcomes.map(({ result, fault }) => (fault ? { revert: revertOf(fault) } : { data: String(result) }))
  }
  return { ask: askerOf(abi, call), close: stop }
}

/** Revert data behind an error. @throws what is no revert */
function revertOf(error: unknown): Hex {
  const data = revertDataOf(error)
  if (data === undefined) throw error
  return data
}

function askerOf(abi: Abi, call: Call): Engine['ask'] {
  const [assess, audit] = [functionOf(abi, 'assess'), functionOf(abi, 'audit')]
  const [assessData, auditData] = [toFunctionSelector(assess), toFunctionSelector(audit)]
  return async (inputs) => {
    const data = inputs.flatMap(({ portfolio, snapshot, scaled }): Hex[] => {
      const args = [encodePortfolio(portfolio), encodeSnapshot(snapshot), encodeUnderlyingSet(scaled)]
      const words = encodeWords(assess.inputs, args as Parameters<typeof encodeWords>[1]) // structs of words
      return [`${assessData}${words}`, `${auditData}${words}`]
    })
    const outcomes = await call(data)
    return inputs.map((_, index): Answer => {
      const [assessed, audited] = outcomes.slice(2 * index, 2 * index + 2)
      if (!assessed || !audited) throw new Error('The chain left a call unanswered.')
      if ('revert' in assessed) return { error: decodeErrorResult({ abi, data: assessed.revert }).errorName }
      if ('revert' in audited) return { error: decodeErrorResult({ abi, data: audited.revert }).errorName }
      const numbers: Numbers = {}
      readAssessment(assessed.data, assess.outputs, numbers)
      readAudit(audited.data, audit.outputs, numbers)
      return { numbers }
    })
  }
}

function functionOf(abi: Abi, name: string): AbiFunction {
  const found = abi.find((item) => item.type === 'function' && item.name === name)
  if (found?.type !== 'function') throw new Error(`The engine has no function ${name}.`)
  return found
}

function readAssessment(answer: string, [output]: readonly AbiParameter[], into: Numbers): void {
  new WordReader(answer.slice(2)).fields(componentsOf(output), 'assess', into)
}

/** An assessment, then the offset of an array of risks. */
function readAudit(answer: string, [assessment, risks]: readonly AbiParameter[], into: Numbers): void {
  const reader = new WordReader(answer.slice(2))
  reader.fields(componentsOf(assessment), 'audit', into)
  const count = reader.seek(reader.unsigned()).unsigned()
  into['audit.underlyings'] = count
  const [{ name } = { name: '' }, ...rest] = componentsOf(risks)
  if (name !== 'underlying') throw new Error('A risk does not begin with its underlying.')
  for (let index = 0n; index < count; index++) reader.fields(rest, `audit.${reader.unsigned()}`, into)
}
