/**
 * Who may call which `restricted` function. Signatures, so that the selectors can be checked against the contracts
 * without running anything; a test holds this table against every `restricted` function of the sources.
 */
import { type Hex, toFunctionSelector } from 'viem'

/** Role ids in the access manager; 0 is its admin. */
export const ROLES = { GOVERNANCE: 1n, GUARDIAN: 2n, FEED: 3n, SURFACES: 4n, SETTLEMENT: 5n, TAILS: 6n } as const

export type Role = keyof typeof ROLES

const RISK = '(uint24,uint24,uint24,uint24,uint24,uint24,uint24)'
const LIMITS = '(uint64,uint64,uint64,uint64)'
const OUTFLOW = '(uint128,uint128)'
const TERMS = '(uint24,uint24,uint24,uint24,uint24,uint24,uint24,uint24,uint8)'
const QUOTES = '(uint40,uint256,int256,uint256,uint256,uint256)[]'

/**
 * Contract -> role -> functions. Guardians only tighten; feeds post premiums, surfaces and history; the contracts that hold
 * their rules store what has passed them; the settlement contract ends perpetuals.
 */
export const PERMISSIONS = {
  Clearinghouse: {
    GOVERNANCE: [
      'seal()',
      'scheduleEngine(address)',
      'scheduleModule(address,bool)',
      'cancelScheduled(address,uint256)',
      'clearDeficit(uint256,int256)',
    ],
  },
  Markets: {
    GOVERNANCE: [
      `list(bytes32,address,uint8,bool,uint64,uint64,${RISK},${LIMITS})`,
      'setSource(uint8,address)',
      `setRiskParameters(uint8,${RISK})`,
      `setLimits(uint8,${LIMITS})`,
      'setReduceOnly(uint8,bool)',
    ],
    GUARDIAN: ['tightenOpenInterestCap(uint8,uint64)', 'tightenReduceOnly(uint8)'],
    FEED: ['setPremium(uint8,int256)'],
    SURFACES: ['setImplied(uint8,uint256)'],
    SETTLEMENT: ['delist(uint8,uint256)'],
  },
  Series: {
    GOVERNANCE: ['setSettlement(address)', `setRiskTerms(uint8,${TERMS})`],
    SURFACES: ['setSurface(uint8,uint256,uint256,uint40[],uint256[])'],
    TAILS: ['setOffset(uint8,uint24)'],
  },
  Surfaces: {
    FEED: [`setSurface(uint8,uint256,uint256,${QUOTES})`],
  },
  Tails: {
    FEED: ['setHistory(uint8,uint256,uint256,uint256,uint256)'],
  },
  Settlement: {
    GOVERNANCE: ['scheduleDelisting(uint8,uint40)'],
    GUARDIAN: ['delaySettlement(uint8,uint40,uint24)'],
  },
  Vault: {
    GOVERNANCE: [
      `listAsset(uint8,address,uint128,${OUTFLOW})`,
      'setDepositCap(uint8,uint128)',
      `setOutflow(uint8,${OUTFLOW})`,
      'scheduleRelease(bytes32,int256)',
      'release(bytes32,bytes32)',
    ],
    GUARDIAN: ['tightenDepositCap(uint8,uint128)'],
  },
  PremiumFeed: {
    GOVERNANCE: ['setSigners(address[],uint256)'],
  },
  SurfaceFeed: {
    GOVERNANCE: ['setSigners(address[],uint256)'],
  },
  HistoryFeed: {
    GOVERNANCE: ['setSigners(address[],uint256)'],
  },
} as const satisfies Record<string, Partial<Record<Role, readonly string[]>>>

export type Permission = { contract: keyof typeof PERMISSIONS; role: Role; signatures: readonly string[] }

/** The table as rows. */
export function permissions(): Permission[] {
  return Object.entries<Partial<Record<Role, readonly string[]>>>(PERMISSIONS).flatMap(([contract, byRole]) =>
    Object.entries(byRole).map(([role, signatures]) => ({
      contract: contract as Permission['contract'],
      role: role as Role,
      signatures,
    })),
  )
}

export function selectors(signatures: readonly string[]): Hex[] {
  return signatures.map((signature) => toFunctionSelector(`function ${signature}`))
}
