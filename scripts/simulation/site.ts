/** A deployed protocol on a chain of its own, and what everybody does there: sign, deposit, push prices, settle orders. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clearinghouseAbi, encodeMode, errorsAbi, type Mode, vaultAbi } from '@plimsoll/sdk'
import {
  AbiErrorSignatureNotFoundError,
  type Address,
  decodeErrorResult,
  encodeFunctionData,
  type Hex,
  isHex,
  maxUint256,
  parseAbi,
} from 'viem'
import type { Deployment } from '../../deploy/deployment.ts'
import type { Plan } from '../../deploy/module.ts'
import { LOCAL_ANSWERS, UNDERLYINGS, type UnderlyingParameters } from '../../deploy/parameters.ts'
import { type Chain, startChain } from './chain.ts'
import { deployContracts } from './contracts.ts'
import type { KeeperPlan } from './keepers.ts'
import type { Matching } from './matching/matching.ts'
import { item, toMicroUsd } from './population.ts'
import { send, type Transaction, Wallet } from './wallet.ts'

export const FEED_ABI = parseAbi([
  'function push(int256 answer)',
  'function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)',
])
const TOKEN_ABI = parseAbi([
  'function mint(address to, uint256 amount)',
  'function approve(address spender, uint256 amount)',
])

export const USD_ASSET = 0
/** Blocks hold 60 M gas. */
export const DEPOSITS_PER_BLOCK = 36
/** Of one order: what a matcher takes. */
export const MOST_LEGS = 16
/** Gas limits. A price read refuses to start with less than 263,000 left, whatever it uses. */
const GAS = { transfer: 150_000n, deposit: 1_500_000n, mode: 1_500_000n }
/** Gas money of every actor, wei. */
const GAS_MONEY = 10n ** 21n
/** What prices offer per gas, wei: above every keeper's, since prices come first in their block. */
export const PRICE_TIP = 100n * 10n ** 9n

export type SiteKeeper = {
  plan: KeeperPlan
  wallet: Wallet
  /** Its `Reseller`, when it sells in the call in which it takes over. */
  reseller: Address | undefined
}

export type Site = {
  chain: Chain
  deployment: Deployment
  lens: Address
  /** Folder for the files of the run; gone after it. */
  folder: string
  deploymentFile: string
  operator: Wallet
  keepers: SiteKeeper[]
  /** Of the collateral tokens, in the order of the underlyings. */
  decimals: number[]
  /** Last block of the deployment: no account has changed yet. */
  deployedAt: number
  /** Seconds of the last block. */
  now: number
  /** Of orders. */
  nonce: bigint
  /** Where trades meet, when a matcher runs. */
  matching: Matching | undefined
}

export type SiteOptions = {
  plan: Plan
  seed: number
  keepers?: readonly KeeperPlan[] | undefined
  /** Unix seconds of the first block. */
  genesis: number
  prefer?: Chain['kind'] | undefined
}

export async function createSite(options: SiteOptions): Promise<Site> {
  const { genesis, prefer } = options
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const chain = await startChain({ genesis, ...(prefer ? { prefer } : {}) })
  try {
    return await deploySite({ chain, folder }, options)
  } catch (error) {
    await chain.stop()
    throw error
  }
}

async function deploySite(place: Pick<Site, 'chain' | 'folder'>, options: SiteOptions): Promise<Site> {
  const { plan, seed, keepers: plans = [], genesis } = options
  const { chain, folder } = place
  const chainId = Number(await chain.rpc.call<Hex>('eth_chainId'))
  const keys = plans.map((each, i) => ({ plan: each, wallet: new Wallet(`keeper ${i}`, seed, chainId) }))
  const { deployment, lens, keepers } = await deployContracts(place, plan, keys)
  const deploymentFile = join(folder, 'deployment.json')
  writeFileSync(deploymentFile, JSON.stringify(deployment))
  await chain.rpc.call('evm_setAutomine', [false])
  const deployedAt = Number(await chain.rpc.call<Hex>('eth_blockNumber'))
  return {
    ...place,
    deployment,
    lens,
    deploymentFile,
    operator: new Wallet('operator', seed, chainId),
    keepers,
    decimals: deployment.underlyings.map(({ symbol }) => parametersOf(symbol).token.decimals),
    deployedAt,
    now: genesis,
    nonce: 0n,
    matching: undefined,
  }
}

/** Caps are in units and were chosen at `LOCAL_ANSWERS`; at lower prices they grow, so that their size in dollars stays. */
export function atPrice(symbol: string, answer: bigint): UnderlyingParameters {
  const parameters = parametersOf(symbol)
  const chosenAt = LOCAL_ANSWERS[symbol] ?? answer
  const grown = (cap: bigint) => (chosenAt > answer ? (cap * chosenAt) / answer : cap)
  const { limits, deposits } = parameters
  return {
    ...parameters,
    limits: { ...limits, openInterestCap: grown(limits.openInterestCap) },
    deposits: { ...deposits, cap: grown(deposits.cap) },
  }
}

export function parametersOf(symbol: string): UnderlyingParameters {
  const found = UNDERLYINGS.find((each) => each.symbol === symbol)
  if (!found)
    throw new RangeError(`${symbol} has no parameters. Known: ${UNDERLYINGS.map((each) => each.symbol).join(', ')}.`)
  return found
}

/** Whose accounts a keeper takes over in. */
export function ownersOf({ wallet, reseller }: SiteKeeper): Address[] {
  return reseller ? [wallet.address, reseller] : [wallet.address]
}

/**
 * Sends transactions and mines them, `perBlock` at a time: a block must have room for all that is pending, since anvil
 * drops a sender's later transaction when an earlier one did not fit. Throws when one of them reverts.
 */
export async function perform(site: Site, raw: readonly Hex[], perBlock: number): Promise<void> {
  const { chain } = site
  for (let i = 0; i < raw.length; i += perBlock) {
    const hashes = await send(chain.rpc, raw.slice(i, i + perBlock))
    await chain.mine(++site.now)
    const calls = hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] }))
    const receipts = (await chain.rpc.batch(calls)) as ({ status: Hex } | null)[] // the method's result
    const failed = receipts.findIndex((receipt) => receipt?.status !== '0x1')
    if (failed >= 0) throw new SetUpError(item(hashes, failed), await revertOf(site, item(hashes, failed)))
  }
}

class SetUpError extends Error {
  readonly code = 'SET_UP'
  constructor(hash: Hex, reason: string) {
    super(`Transaction ${hash} of the set-up reverted: ${reason}. Fewer accounts may fit the caps.`)
    this.name = 'SetUpError'
  }
}

/** Why a mined transaction failed: the node's answer to the same call now. */
async function revertOf({ chain }: Site, hash: Hex): Promise<string> {
  const transaction = await chain.rpc.call<Record<string, Hex>>('eth_getTransactionByHash', [hash])
  const { from, to, input, gas } = transaction
  const call = { from, to, data: input, gas }
  return chain.rpc.call('eth_call', [call, 'latest']).then(
    () => 'it succeeds when called again',
    (error: Error) => decodeRevert(error.message),
  )
}

function decodeRevert(message: string): string {
  const data = /"(0x[0-9a-f]{8,})"/.exec(message)?.[1]
  if (!isHex(data)) return message
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi: errorsAbi, data })
    return `${errorName}(${args.join(', ')})`
  } catch (error) {
    return error instanceof AbiErrorSignatureNotFoundError ? message : String(error)
  }
}

/** Gas money for everybody. */
export async function giveGas({ chain }: Site, wallets: readonly Pick<Wallet, 'address'>[]): Promise<void> {
  const money = wallets.map(({ address }) => ({
    method: 'hardhat_setBalance',
    params: [address, `0x${GAS_MONEY.toString(16)}`],
  }))
  await chain.rpc.batch(money)
}

type Call = Omit<Transaction, 'gas'>

export function sign(wallet: Wallet, call: Call, gas: bigint): Promise<Hex> {
  return wallet.sign({ ...call, gas } satisfies Transaction)
}

export function setMode({ deployment }: Site, wallet: Wallet, account: Hex, mode: Mode): Promise<Hex> {
  const args = [account, encodeMode(mode)] as const
  const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'setMode', args })
  return sign(wallet, { to: deployment.clearinghouse, data }, GAS.mode)
}

export type Deposit = { account: Hex; asset: number; amount: bigint }

/** Mint, approve and deposit. `approves`: the wallet has not approved the vault for this asset yet. */
export async function deposit(site: Site, wallet: Wallet, terms: Deposit, approves = true): Promise<Hex[]> {
  const raw = await mint(site, wallet, terms, approves)
  return [...raw, await depositMinted(site, wallet, terms)]
}

/** What the keepers with capital begin with. */
export async function depositCapital(site: Site): Promise<Hex[]> {
  const raw: Hex[] = []
  for (const { wallet, plan } of site.keepers.filter((keeper) => keeper.plan.capitalUsd > 0)) {
    const terms = { account: wallet.accountId(), asset: USD_ASSET, amount: toMicroUsd(plan.capitalUsd) }
    raw.push(...(await deposit(site, wallet, terms)))
  }
  return raw
}

/** Mint, and approve the vault: all that comes before a deposit. */
export async function mint(site: Site, wallet: Wallet, { asset, amount }: Omit<Deposit, 'account'>, approves = true) {
  const { vault, underlyings, usd } = site.deployment
  const token = asset === USD_ASSET ? usd : item(underlyings, asset - 1).token
  const data = encodeFunctionData({ abi: TOKEN_ABI, functionName: 'mint', args: [wallet.address, amount] })
  const approve = encodeFunctionData({ abi: TOKEN_ABI, functionName: 'approve', args: [vault, maxUint256] })
  const raw = [await sign(wallet, { to: token, data }, GAS.transfer)]
  if (approves) raw.push(await sign(wallet, { to: token, data: approve }, GAS.transfer))
  return raw
}

export function depositMinted({ deployment }: Site, wallet: Wallet, { account, asset, amount }: Deposit): Promise<Hex> {
  const args = [account, asset, amount] as const
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'deposit', args })
  return sign(wallet, { to: deployment.vault, data }, GAS.deposit)
}

/** One push per feed, in the order of the underlyings. */
export function pushes({ operator, deployment }: Site, prices: readonly bigint[]): Promise<Hex[]> {
  return Promise.all(
    deployment.underlyings.map(({ feed }, i) => {
      const data = encodeFunctionData({ abi: FEED_ABI, functionName: 'push', args: [item(prices, i)] })
      return operator.sign({ to: feed, data, gas: GAS.transfer, tip: PRICE_TIP })
    }),
  )
}
