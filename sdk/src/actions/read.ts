import type { Abi, Client, ContractFunctionArgs, ContractFunctionName, ReadContractReturnType } from 'viem'
import type { GetBlockNumberErrorType, ReadContractErrorType, ReadContractParameters } from 'viem/actions'
import { getBlockNumber, readContract } from 'viem/actions'
import type { Deployment } from '../entities/deployment.ts'
import type { PlimsollError } from '../errors/base.ts'
import { decodeError } from '../errors/decode.ts'

/** @typeParam name of the contracts that are read. */
export type ReadParameters<name extends keyof Deployment = keyof Deployment> = {
  deployment: Pick<Deployment, name>
  /** Block of every read, so that the values belong together. @default latest */
  blockNumber?: bigint | undefined
}

export type ReadErrorType = PlimsollError | ReadContractErrorType | GetBlockNumberErrorType

/** The block that all reads of one action use; never a cached number. */
export async function blockOf(client: Client, blockNumber: bigint | undefined): Promise<bigint> {
  return blockNumber ?? (await getBlockNumber(client, { cacheTime: 0 }))
}

/** One call whose revert is a typed error of this package. */
export async function read<
  const abi extends Abi,
  name extends ContractFunctionName<abi, 'pure' | 'view'>,
  const args extends ContractFunctionArgs<abi, 'pure' | 'view', name>,
>(
  client: Client,
  parameters: ReadContractParameters<abi, name, args>,
): Promise<ReadContractReturnType<abi, name, args>> {
  try {
    return await readContract(client, parameters)
  } catch (error) {
    throw decodeError(error) ?? error
  }
}
