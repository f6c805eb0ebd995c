/** Twin of `contracts/libraries/ExitRule.sol`: which ends an owner's action may have. */
import type { Assessment } from './assessment.ts'
import { divCeil, WAD } from './fixedPoint.ts'
import { GROSS_CHARGE } from './parameters.ts'
import { maxUsd, minUsd } from './usd.ts'

/** Which exit rules an account faces. None: no check. */
export type Action =
  | 'none'
  | 'trade'
  | 'transfer'
  | 'depositCollateral'
  | 'withdrawCash'
  | 'withdrawCollateral'
  | 'modeChange'

/** The reverts of the exit rule, with the values of the chain's errors. */
export type ExitFailure =
  | {
      readonly error: 'InsufficientMargin'
      readonly equity: bigint
      readonly initial: bigint
      readonly maintenance: bigint
    }
  | { readonly error: 'SettledCashTooLow'; readonly settledCash: bigint; readonly floor: bigint }

/** E-1: enough on the outcome alone. A change of mode needs maintenance margin in the old mode too (E-4). */
export function passesOutright(action: Action, after: Assessment): boolean {
  return action !== 'modeChange' && after.equity >= after.initial && after.settledCash >= settledFloor(action, after)
}

/** E-2..E-4: the outcome against the state before, same block, same market. Undefined when allowed. */
export function exitFailure(action: Action, before: Assessment, after: Assessment): ExitFailure | undefined {
  const { equity, initial, maintenance, settledCash } = after
  if (equity < initial && (action === 'modeChange' || !deRisks(before, after))) {
    return { error: 'InsufficientMargin', equity, initial, maintenance }
  }
  if (action === 'modeChange' && before.equity < before.maintenance) {
    const { equity: had, maintenance: needed } = before
    return { error: 'InsufficientMargin', equity: had, initial: needed, maintenance: needed }
  }
  let floor = settledFloor(action, after)
  if (action === 'depositCollateral') floor = minUsd(floor, before.settledCash)
  if (action !== 'withdrawCash' && maintenance <= before.maintenance) {
    floor = minUsd(floor, before.settledCash - (before.maintenance - maintenance))
  }
  if (settledCash < floor) return { error: 'SettledCashTooLow', settledCash, floor }
  return undefined
}

/** No owner action creates or deepens negative equity (INV-6), and while equity is positive E/MM may not fall. */
export function deRisks(before: Assessment, after: Assessment): boolean {
  const charged = after.maintenance + grossCharge(after.gross - before.gross)
  if (charged > before.maintenance && after.equity - charged < before.equity - before.maintenance) return false
  if (after.equity < minUsd(before.equity, 0n)) return false
  if (before.equity < 0n) return true
  return after.equity * before.maintenance >= before.equity * after.maintenance
}

/** ceil(0.1 % * max(0, growth)). */
export function grossCharge(growth: bigint): bigint {
  return divCeil(maxUsd(growth, 0n) * GROSS_CHARGE, WAD)
}

function settledFloor(action: Action, after: Assessment): bigint {
  return action === 'withdrawCash' ? 0n : -after.debtLimit
}
