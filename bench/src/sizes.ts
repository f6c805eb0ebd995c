/** Bytes of every deployed contract against the limits of the chain. */
import { globSync, readFileSync } from 'node:fs'
import type { Hex } from 'viem'
import { size } from 'viem'

/** EIP-170: runtime code. EIP-3860: init code. */
export const CODE_LIMIT = 24_576
export const INIT_CODE_LIMIT = 49_152

export type ContractSize = { contract: string; code: number; initCode: number }

type Artifact = { contractName: string; bytecode: Hex; deployedBytecode: Hex }

/** Of the compiled contracts in `contracts/{core,oracles,periphery}`, largest code first; abstract ones have none. */
export function contractSizes(): ContractSize[] {
  const files = globSync('artifacts/contracts/{core,oracles,periphery}/*.sol/*.json')
  return files
    .map((file): Artifact => JSON.parse(readFileSync(file, 'utf8')))
    .filter(({ bytecode }) => bytecode !== '0x')
    .map(({ contractName, bytecode, deployedBytecode }) => ({
      contract: contractName,
      code: size(deployedBytecode),
      initCode: size(bytecode),
    }))
    .sort((a, b) => b.code - a.code)
}
