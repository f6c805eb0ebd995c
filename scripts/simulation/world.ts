/** A deployed protocol on a chain of its own, funded and with open books, ready for the first price. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clearinghouseAbi, compartment, errorsAbi, exchangeAbi, vaultAbi } from '@plimsoll/sdk'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
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
import { deployPlimsoll, localPlan } from '../../deploy/deploy.ts'
import type { Deployment } from '../../deploy/deployment.ts'
import { LOCAL_ANSWERS, UNDERLYINGS, type UnderlyingParameters } from '../../deploy/parameters.ts'
import config from '../../hardhat.config.ts'
import type { PriceStep } from '../market/schedule.ts'
import { type Chain, startChain } from './chain.ts'
import { item, populate, pricePerLot, type Trader, toMicroUsd } from './population.ts'
import { type SignedOrder, send, type Transaction, Wallet } from './wallet.ts'

export const FEED_ABI = parseAbi(['function push(int256 answer)'])
const TOKEN_ABI = parseAbi([
  'function mint(address to, uint256 amount)',
  'function approve(address spender, uint256 amount)',
])

/** Seconds before the first price: for the deployment, a week of growing deposit caps before the funding, and the opening. */
const LEAD_SECONDS = { genesis: 7 * 86_400 + 7_200, funding: 900, opening: 600 }
const USD_ASSET = 0
const MAKER_USD = 60_000_000
/** Insurance over what the open-interest caps need for the books that are opened. */
const INSURANCE_MULTIPLE = 2.5
const FILLS_PER_BATCH = 12
/** Blocks hold 60 M gas. */
const DEPOSITS_PER_BLOCK = 36
const BATCHES_PER_BLOCK = 3
/** Gas limits. A price read refuses to start with less than 263,000 left, whatever it uses. */
const GAS = { transfer: 150_000n, deposit: 1_500_000n, mode: 1_500_000n, settle: 16_000_000n }
/** Gas money of every actor, wei. */
const GAS_MONEY = 10n ** 21n

export type World = {
  chain: Chain
  deployment: Deployment
  lens: Address
  /** Folder for the files of the run; gone after it. */
  folder: string
  deploymentFile: string
  operator: Wallet
  maker: Wallet
  keepers: Wallet[]
  traders: Trader[]
  /** Of the collateral tokens, in the order of the underlyings. */
  decimals: number[]
  /** Last block of the deployment: no account has changed yet. */
  deployedAt: number
  /** Seconds of the last block. */
  now: number
  nonce: bigint
}

export type WorldOptions = {
  accounts: number
  seed: number
  first: PriceStep
  symbols: readonly string[]
  keepersUsd: readonly number[]
  prefer?: Chain['kind'] | undefined
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const { first, seed, prefer } = options
  const chain = await startChain({ genesis: first.t - LEAD_SECONDS.genesis, ...(prefer ? { prefer } : {}) })
  const { deployment, lens } = await deployTo(chain, options, folder)
  const deploymentFile = join(folder, 'deployment.json')
  writeFileSync(deploymentFile, JSON.stringify(deployment))
  await chain.rpc.call('evm_setAutomine', [false])
  const deployedAt = Number(await chain.rpc.call<Hex>('eth_blockNumber'))
  const decimals = deployment.underlyings.map(({ symbol }) => parametersOf(symbol).token.decimals)
  const wallet = (name: string) => new Wallet(name, seed, deployment.chainId)
  const traders = populate({
    ...options,
    chainId: deployment.chainId,
    underlyings: deployment.underlyings,
    prices: first.prices,
    decimals,
  })
  return {
    chain,
    deployment,
    lens,
    folder,
    deploymentFile,
    operator: wallet('operator'),
    maker: wallet('maker'),
    keepers: options.keepersUsd.map((_, i) => wallet(`keeper ${i}`)),
    traders,
    decimals,
    deployedAt,
    now: first.t - LEAD_SECONDS.funding,
    nonce: 0n,
  }
}

/** Caps are in units and were chosen at `LOCAL_ANSWERS`; at lower prices they grow, so that their size in dollars stays. */
function atPrice(symbol: string, answer: bigint): UnderlyingParameters {
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

function parametersOf(symbol: string): UnderlyingParameters {
  const found = UNDERLYINGS.find((each) => each.symbol === symbol)
  if (!found)
    throw new RangeError(`${symbol} has no parameters. Known: ${UNDERLYINGS.map((each) => each.symbol).join(', ')}.`)
  return found
}

/** The module of `deploy/` over RPC, and the lens that the checks read through. */
async function deployTo(chain: Chain, { symbols, first }: WorldOptions, folder: string) {
  const hre = await createHardhatRuntimeEnvironment({
    ...config,
    networks: { ...config.networks, chain: { type: 'http', chainType: 'l1', url: chain.rpc.url } },
    paths: { ...config.paths, ignition: folder },
  })
  await hre.tasks.getTask('build').run({ quiet: true, noTests: true })
  const connection = await hre.network.create('chain')
  const answers = Object.fromEntries(symbols.map((symbol, i) => [symbol, item(first.prices, i)]))
  const parameters = symbols.map((symbol, i) => atPrice(symbol, item(first.prices, i)))
  const plan = localPlan(answers, parameters)
  const { deployment } = await deployPlimsoll(connection, { plan, confirmations: 1, pollingMilliseconds: 20 })
  const { address: lens } = await connection.viem.deployContract('LedgerLens')
  await connection.close()
  return { deployment, lens }
}

/**
 * Sends transactions and mines them, `perBlock` at a time: a block must have room for all that is pending, since anvil
 * drops a sender's later transaction when an earlier one did not fit. Throws when one of them reverts.
 */
async function perform(world: World, raw: readonly Hex[], perBlock: number): Promise<void> {
  const { chain } = world
  for (let i = 0; i < raw.length; i += perBlock) {
    const hashes = await send(chain.rpc, raw.slice(i, i + perBlock))
    await chain.mine(++world.now)
    const calls = hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] }))
    const receipts = (await chain.rpc.batch(calls)) as ({ status: Hex } | null)[] // the method's result
    const failed = receipts.findIndex((receipt) => receipt?.status !== '0x1')
    if (failed >= 0) throw new SetUpError(item(hashes, failed), await revertOf(world, item(hashes, failed)))
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
async function revertOf({ chain }: World, hash: Hex): Promise<string> {
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

/** Mints and deposits for everybody: traders, the market maker, keepers, insurance. */
export async function fund(world: World, options: WorldOptions): Promise<void> {
  const { deployment, traders, maker, keepers, operator, chain } = world
  const everybody = [operator, maker, ...keepers, ...traders.map(({ wallet }) => wallet)]
  const money = everybody.map(({ address }) => ({
    method: 'hardhat_setBalance',
    params: [address, `0x${GAS_MONEY.toString(16)}`],
  }))
  await chain.rpc.batch(money)
  await perform(world, await pushes(world, options.first.prices), DEPOSITS_PER_BLOCK)
  const raw: Hex[] = []
  const insurance = insuranceOf(world, options)
  for (const [index, usd] of insurance.entries()) {
    raw.push(...(await deposit(world, operator, compartment(index + 1), USD_ASSET, toMicroUsd(usd), index === 0)))
  }
  raw.push(...(await deposit(world, maker, maker.accountId(), USD_ASSET, toMicroUsd(MAKER_USD))))
  for (const [index, keeper] of keepers.entries()) {
    const usd = toMicroUsd(item(options.keepersUsd, index))
    raw.push(...(await deposit(world, keeper, keeper.accountId(), USD_ASSET, usd)))
  }
  for (const trader of traders) {
    const { wallet, account, deposit: first, isIsolated, isAttentive } = trader
    raw.push(...(await deposit(world, wallet, account, first.asset, first.amount)))
    if (isIsolated) raw.push(await sign(wallet, setMode(deployment, account), GAS.mode))
    if (isAttentive) raw.push(...(await prepareTopUp(world, trader)))
  }
  await perform(world, raw, DEPOSITS_PER_BLOCK)
}

/** Notional times stress gap, so that open interest starts below half of what insurance allows. */
function insuranceOf({ traders, deployment }: World, { first }: WorldOptions): number[] {
  return deployment.underlyings.map((underlying, i) => {
    const legs = traders.flatMap((trader) => trader.legs.filter((leg) => leg.underlying.id === underlying.id))
    const side = (sign: bigint) => legs.reduce((sum, { lots }) => (lots * sign > 0n ? sum + lots * sign : sum), 0n)
    const lots = [side(1n), side(-1n)].sort((a, b) => (a < b ? 1 : -1))[0] ?? 0n
    const usd = Number(lots * pricePerLot(underlying, item(first.prices, i))) / 1e18
    return Math.max(1_000, (usd * INSURANCE_MULTIPLE * Number(parametersOf(underlying.symbol).limits.stressGap)) / 1e18)
  })
}

type Call = { to: Address; data: Hex }

function sign(wallet: Wallet, call: Call, gas: bigint): Promise<Hex> {
  return wallet.sign({ ...call, gas } satisfies Transaction)
}

function setMode({ clearinghouse }: Deployment, account: Hex): Call {
  const ISOLATED = 1
  const args = [account, ISOLATED] as const
  return { to: clearinghouse, data: encodeFunctionData({ abi: clearinghouseAbi, functionName: 'setMode', args }) }
}

/** Mint, approve and deposit. `approves`: the wallet has not approved the vault for this asset yet. */
async function deposit(world: World, wallet: Wallet, account: Hex, asset: number, amount: bigint, approves = true) {
  const { vault, underlyings, usd } = world.deployment
  const token = asset === USD_ASSET ? usd : item(underlyings, asset - 1).token
  const mint = encodeFunctionData({ abi: TOKEN_ABI, functionName: 'mint', args: [wallet.address, amount] })
  const approve = encodeFunctionData({ abi: TOKEN_ABI, functionName: 'approve', args: [vault, maxUint256] })
  const raw = [await sign(wallet, { to: token, data: mint }, GAS.transfer)]
  if (approves) raw.push(await sign(wallet, { to: token, data: approve }, GAS.transfer))
  raw.push(await sign(wallet, { to: vault, data: depositData(account, asset, amount) }, GAS.deposit))
  return raw
}

function depositData(account: Hex, asset: number, amount: bigint): Hex {
  return encodeFunctionData({ abi: vaultAbi, functionName: 'deposit', args: [account, asset, amount] })
}

function topUpAmount({ equityUsd }: Trader): bigint {
  return toMicroUsd(equityUsd / 4)
}

async function prepareTopUp({ deployment: { usd, vault } }: World, trader: Trader): Promise<Hex[]> {
  const { wallet } = trader
  const mint = encodeFunctionData({ abi: TOKEN_ABI, functionName: 'mint', args: [wallet.address, topUpAmount(trader)] })
  const approve = encodeFunctionData({ abi: TOKEN_ABI, functionName: 'approve', args: [vault, maxUint256] })
  return [
    await sign(wallet, { to: usd, data: mint }, GAS.transfer),
    await sign(wallet, { to: usd, data: approve }, GAS.transfer),
  ]
}

/** The answer of an attentive trader to a margin call, raw. */
export function topUp(world: World, trader: Trader): Promise<Hex> {
  const data = depositData(trader.account, USD_ASSET, topUpAmount(trader))
  return sign(trader.wallet, { to: world.deployment.vault, data }, GAS.deposit)
}

/** Every trader's first orders against the market maker at mark, settled in batches by the operator. */
export async function open(world: World, { first }: WorldOptions): Promise<void> {
  const { traders } = world
  world.now = first.t - LEAD_SECONDS.opening
  await perform(world, await pushes(world, first.prices), DEPOSITS_PER_BLOCK)
  const fills: FillArgs[] = []
  for (const { wallet, account, legs } of traders) {
    for (const { underlying, lots } of legs) {
      if (lots === 0n) continue
      const price = pricePerLot(underlying, item(first.prices, underlying.id - 1))
      const instrument = { underlying: underlying.id, kind: 'perpetual', expiry: 0, strike: 0n } as const
      fills.push(await match(world, { wallet, account, instrument, lots, price }))
    }
  }
  const raw: Hex[] = []
  for (let i = 0; i < fills.length; i += FILLS_PER_BATCH) {
    raw.push(await settlement(world, fills.slice(i, i + FILLS_PER_BATCH)))
  }
  await perform(world, raw, BATCHES_PER_BLOCK)
}

export type FillArgs = {
  maker: SignedOrder['order']
  makerSignature: Hex
  taker: SignedOrder['order']
  takerSignature: Hex
  units: bigint
}

type Trade = {
  wallet: Wallet
  account: Hex
  instrument: Parameters<Wallet['signOrder']>[1]['instrument']
  lots: bigint
  price: bigint
}

/** `wallet` buys `lots` (sells when negative) from the market maker, both orders signed. */
export async function match(world: World, { wallet, account, instrument, lots, price }: Trade): Promise<FillArgs> {
  const { maker, deployment } = world
  const nonce = ++world.nonce
  const own = await wallet.signOrder(deployment.exchange, { account, instrument, lots, price, nonce })
  const terms = { account: maker.accountId(), instrument, lots: -lots, price, nonce }
  const other = await maker.signOrder(deployment.exchange, terms)
  return {
    maker: other.order,
    makerSignature: other.signature,
    taker: own.order,
    takerSignature: own.signature,
    units: own.order.units,
  }
}

export function settlement({ operator, deployment }: World, fills: readonly FillArgs[]): Promise<Hex> {
  const data = encodeFunctionData({ abi: exchangeAbi, functionName: 'settle', args: [fills] })
  return sign(operator, { to: deployment.exchange, data }, GAS.settle)
}

/** One push per feed, in the order of the underlyings. */
export function pushes({ operator, deployment }: World, prices: readonly bigint[]): Promise<Hex[]> {
  return Promise.all(
    deployment.underlyings.map(({ feed }, i) => {
      const data = encodeFunctionData({ abi: FEED_ABI, functionName: 'push', args: [item(prices, i)] })
      // Above every keeper's offer: prices come first in their block.
      return operator.sign({ to: feed, data, gas: GAS.transfer, tip: 100n * 10n ** 9n })
    }),
  )
}
