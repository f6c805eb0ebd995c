import type { GasTable } from './gas.ts'

type Row = readonly [name: string, figure: string]

/**
 * Derive's contracts, the only others that margin options by scenarios on chain, measured from source: repository
 * derivexyz/v2-core at commit 7736900d, with the parameters of its deployment, solc 0.8.27 and 100 runs as its own
 * configuration says, one market and one expiry, a transaction each as here. Managers PMRM (23 scenarios) and PMRM_2 (33).
 * Its trade is with an account of one option in its cheaper, standard margin.
 */
const PEER = 'derivexyz/v2-core 7736900d'
const PEER_GAS = {
  'margin check, 8 options': [2_049_304, 3_044_670],
  'margin check, 64 options': [14_354_079, 20_678_270],
  'trade, 64 options': [14_888_873, 21_207_763],
  'liquidation of 5 %, 16 options': [4_200_990, 4_252_818],
  'liquidation of 5 %, 64 options': [15_287_432, 15_377_321],
} as const

/** The figures for people, those of Derive below. */
export function gasRows(table: GasTable): Row[] {
  return [...linearRows(table), ...clearingRows(table), ...checkRows(table), ...otherRows(table), ...peerRows()]
}

function row(name: string, gas: number): Row {
  return [name, gas.toLocaleString('en-US')]
}

function linearRows(table: GasTable): Row[] {
  const { marginCheck, liquidationSlice, firstSlice } = table
  const sizes = ['1', '8', '32'] as const
  return [
    row('cash deposit into a new account', table.deposit),
    row('cash withdrawal, one position held', table.withdraw),
    row('one fill between two perpetual-only accounts', table.fill),
    ...sizes.map((n) => row(`margin check, ${n} linear positions (view)`, marginCheck[n])),
    ...sizes.map((n) => row(`liquidation slice, ${n} linear positions`, liquidationSlice[n])),
    ...sizes.map((n) => row(`the same into an empty account, ${n}`, firstSlice[n])),
  ]
}

function clearingRows({ clearing }: GasTable): Row[] {
  const { structureFill, batch, sessionKeyFill, depositAndFill } = clearing
  const ratio = (batch.oneByOne / batch.together).toFixed(2)
  return [
    row('4-leg structure between two accounts of 16 options, warm', structureFill.warm),
    row('4-leg structure between two accounts of 16 options, cold', structureFill.cold),
    row('10 fills against one maker in one batch', batch.together),
    row('the same one by one', batch.oneByOne),
    ['one by one / in one batch', ratio],
    row('one fill, the taker by a session key', sessionKeyFill),
    row('multicall of a new user: Permit2 deposit and fill', depositAndFill),
  ]
}

function checkRows({ marginCheck }: GasTable): Row[] {
  return (['warm', 'cold'] as const).flatMap((state) => {
    const { modes, oneExpiry, fourExpiries, pairs } = marginCheck[state]
    return [
      ...Object.entries(modes).map(([mode, gas]) =>
        row(`margin check, 16 options and a perpetual, ${mode}, ${state}`, gas),
      ),
      ...Object.entries(oneExpiry).map(([n, gas]) => row(`margin check, ${n} options, 1 expiry, ${state}`, gas)),
      ...Object.entries(fourExpiries).map(([n, gas]) => row(`margin check, ${n} options, 4 expiries, ${state}`, gas)),
      ...Object.entries(pairs).map(([n, gas]) =>
        row(`margin check, ${n} options, call and put a strike, ${state}`, gas),
      ),
    ]
  })
}

function otherRows(table: GasTable): Row[] {
  const { optionTrade, liquidationSlice, firstSlice, worstLiquidation, refreshPerStrike, surfaceUpdate } = table
  return [
    ...(['warm', 'cold'] as const).flatMap((state) => [
      ...(['1', '16', '64'] as const).map((n) =>
        row(`trade of one option, ${n} held by each side, ${state}`, optionTrade[state][n]),
      ),
      row(`the same, 64 different ones each, ${state}`, optionTrade[state].disjoint),
      ...Object.entries(liquidationSlice[state]).map(([n, gas]) =>
        row(`liquidation slice, ${n} options, ${state}`, gas),
      ),
      ...Object.entries(firstSlice[state]).map(([n, gas]) =>
        row(`the same into an empty account, ${n}, ${state}`, gas),
      ),
    ]),
    ...Object.entries(worstLiquidation).map(([n, gas]) =>
      row(`worst liquidation, options on ${n} underlyings, insolvent, cold`, gas),
    ),
    row('risk array of a strike, for the first time', refreshPerStrike.first),
    row('risk array of a strike, in a new epoch', refreshPerStrike.later),
    row('surface message, without expiries', surfaceUpdate.base),
    row('surface message, each expiry', surfaceUpdate.perExpiry),
    row('settlement of 16 expired options', table.settle16),
    row('settlement average, each round of the price', table.settlementRound),
  ]
}

function peerRows(): Row[] {
  return Object.entries(PEER_GAS).flatMap(([name, gas]) =>
    gas.map((figure, i) => row(`${PEER}, ${i === 0 ? 'PMRM' : 'PMRM_2'}: ${name}`, figure)),
  )
}
