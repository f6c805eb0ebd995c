/** Adapter for ethers v6: `@plimsoll/sdk/ethers`. `decodeError` of the main entry takes errors of ethers as they are. */
export { decodeError } from '../errors/decode.ts'
export {
  type GetContractsErrorType,
  type GetContractsParameters,
  type GetContractsReturnType,
  getContracts,
  type TypedContract,
} from './getContracts.ts'
export {
  type SignActionErrorType,
  type SignActionParameters,
  type SignActionReturnType,
  signAction,
} from './signAction.ts'
export {
  type SignDepositErrorType,
  type SignDepositParameters,
  type SignDepositReturnType,
  signDeposit,
} from './signDeposit.ts'
export { type SignOrderErrorType, type SignOrderParameters, type SignOrderReturnType, signOrder } from './signOrder.ts'
export {
  type SignSurfaceErrorType,
  type SignSurfaceParameters,
  type SignSurfaceReturnType,
  signSurface,
} from './signSurface.ts'
export {
  type ToViemClientErrorType,
  type ToViemClientParameters,
  type ToViemClientReturnType,
  toViemClient,
  UnsupportedProviderError,
  UnsupportedRequestError,
} from './toViemClient.ts'
