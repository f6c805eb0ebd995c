// Generated from the compiled contracts by `node sdk/scripts/abis.ts`. Do not edit.

/** ABI of every custom error. */
export const errorsAbi = [
  { inputs: [{ name: 'authority', type: 'address' }], name: 'AccessManagedInvalidAuthority', type: 'error' },
  {
    inputs: [
      { name: 'caller', type: 'address' },
      { name: 'delay', type: 'uint32' },
    ],
    name: 'AccessManagedRequiredDelay',
    type: 'error',
  },
  { inputs: [{ name: 'caller', type: 'address' }], name: 'AccessManagedUnauthorized', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'taken', type: 'uint256' },
      { name: 'room', type: 'uint256' },
    ],
    name: 'AccountFull',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'equity', type: 'int256' },
      { name: 'initial', type: 'int256' },
    ],
    name: 'AccountReduceOnly',
    type: 'error',
  },
  { inputs: [{ name: 'target', type: 'address' }], name: 'AddressEmptyCode', type: 'error' },
  {
    inputs: [
      { name: 'underlying', type: 'uint256' },
      { name: 'expiry', type: 'uint256' },
    ],
    name: 'AlreadyFinal',
    type: 'error',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint256' },
      { name: 'time', type: 'uint256' },
    ],
    name: 'AlreadyScheduled',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'operator', type: 'address' },
    ],
    name: 'ApprovalNotSigned',
    type: 'error',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'token', type: 'address' },
    ],
    name: 'AssetTaken',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'orderHash', type: 'bytes32' },
    ],
    name: 'BadSignature',
    type: 'error',
  },
  {
    inputs: [
      { name: 'curvature', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'ButterflyArbitrage',
    type: 'error',
  },
  {
    inputs: [
      { name: 'node', type: 'uint256' },
      { name: 'cap', type: 'uint256' },
      { name: 'least', type: 'uint256' },
    ],
    name: 'CapTooSmall',
    type: 'error',
  },
  {
    inputs: [
      { name: 'claimId', type: 'uint256' },
      { name: 'latest', type: 'uint256' },
    ],
    name: 'ClaimNotReady',
    type: 'error',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'decimals', type: 'uint8' },
      { name: 'tokenUnit', type: 'uint256' },
    ],
    name: 'DecimalsMismatch',
    type: 'error',
  },
  {
    inputs: [
      { name: 'delaySeconds', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'DelayTooLong',
    type: 'error',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'total', type: 'uint256' },
      { name: 'cap', type: 'uint256' },
    ],
    name: 'DepositCapExceeded',
    type: 'error',
  },
  {
    inputs: [
      { name: 'asset', type: 'uint8' },
      { name: 'cap', type: 'uint256' },
      { name: 'maximum', type: 'uint256' },
    ],
    name: 'DepositCapTooLarge',
    type: 'error',
  },
  {
    inputs: [
      { name: 'from', type: 'bytes32' },
      { name: 'to', type: 'bytes32' },
    ],
    name: 'DifferentOwners',
    type: 'error',
  },
  {
    inputs: [
      { name: 'expiry', type: 'uint256' },
      { name: 'discount', type: 'uint256' },
      { name: 'minimum', type: 'uint256' },
      { name: 'maximum', type: 'uint256' },
    ],
    name: 'DiscountOutOfRange',
    type: 'error',
  },
  { inputs: [], name: 'ECDSAInvalidSignature', type: 'error' },
  { inputs: [{ name: 'length', type: 'uint256' }], name: 'ECDSAInvalidSignatureLength', type: 'error' },
  { inputs: [{ name: 's', type: 'bytes32' }], name: 'ECDSAInvalidSignatureS', type: 'error' },
  {
    inputs: [
      { name: 'spender', type: 'address' },
      { name: 'allowance', type: 'uint256' },
      { name: 'needed', type: 'uint256' },
    ],
    name: 'ERC20InsufficientAllowance',
    type: 'error',
  },
  {
    inputs: [
      { name: 'sender', type: 'address' },
      { name: 'balance', type: 'uint256' },
      { name: 'needed', type: 'uint256' },
    ],
    name: 'ERC20InsufficientBalance',
    type: 'error',
  },
  { inputs: [{ name: 'approver', type: 'address' }], name: 'ERC20InvalidApprover', type: 'error' },
  { inputs: [{ name: 'receiver', type: 'address' }], name: 'ERC20InvalidReceiver', type: 'error' },
  { inputs: [{ name: 'sender', type: 'address' }], name: 'ERC20InvalidSender', type: 'error' },
  { inputs: [{ name: 'spender', type: 'address' }], name: 'ERC20InvalidSpender', type: 'error' },
  { inputs: [{ name: 'deadline', type: 'uint256' }], name: 'ERC2612ExpiredSignature', type: 'error' },
  {
    inputs: [
      { name: 'signer', type: 'address' },
      { name: 'owner', type: 'address' },
    ],
    name: 'ERC2612InvalidSigner',
    type: 'error',
  },
  { inputs: [{ name: 'expiry', type: 'uint256' }], name: 'ExpiryMissing', type: 'error' },
  { inputs: [], name: 'FailedCall', type: 'error' },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'fee', type: 'int256' },
      { name: 'maximum', type: 'int256' },
    ],
    name: 'FeeAboveMaximum',
    type: 'error',
  },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'units', type: 'uint256' },
      { name: 'minFill', type: 'uint256' },
    ],
    name: 'FillTooSmall',
    type: 'error',
  },
  {
    inputs: [
      { name: 'expiry', type: 'uint256' },
      { name: 'forwardRatio', type: 'uint256' },
      { name: 'minimum', type: 'uint256' },
      { name: 'maximum', type: 'uint256' },
    ],
    name: 'ForwardOutOfRange',
    type: 'error',
  },
  {
    inputs: [
      { name: 'fraction', type: 'uint256' },
      { name: 'minimum', type: 'uint256' },
    ],
    name: 'FractionTooSmall',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'group', type: 'bytes32' },
      { name: 'wanted', type: 'uint256' },
      { name: 'left', type: 'uint256' },
    ],
    name: 'GroupCapExceeded',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'equity', type: 'int256' },
      { name: 'maintenance', type: 'int256' },
      { name: 'goodEnd', type: 'int256' },
    ],
    name: 'Healthy',
    type: 'error',
  },
  {
    inputs: [
      { name: 'timestamp', type: 'uint256' },
      { name: 'last', type: 'uint256' },
    ],
    name: 'HistoryNotNewer',
    type: 'error',
  },
  { inputs: [{ name: 'instrument', type: 'uint128' }], name: 'InstrumentNotListed', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'equity', type: 'int256' },
      { name: 'initial', type: 'int256' },
      { name: 'maintenance', type: 'int256' },
    ],
    name: 'InsufficientMargin',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'address' },
      { name: 'currentNonce', type: 'uint256' },
    ],
    name: 'InvalidAccountNonce',
    type: 'error',
  },
  { inputs: [{ name: 'maxAmount', type: 'uint256' }], name: 'InvalidAmount', type: 'error' },
  { inputs: [], name: 'InvalidContractSignature', type: 'error' },
  {
    inputs: [
      { name: 'expiry', type: 'uint256' },
      { name: 'previous', type: 'uint256' },
      { name: 'latest', type: 'uint256' },
    ],
    name: 'InvalidExpiry',
    type: 'error',
  },
  { inputs: [], name: 'InvalidNonce', type: 'error' },
  {
    inputs: [
      { name: 'quorum', type: 'uint256' },
      { name: 'count', type: 'uint256' },
    ],
    name: 'InvalidQuorum',
    type: 'error',
  },
  { inputs: [], name: 'InvalidShortString', type: 'error' },
  { inputs: [], name: 'InvalidSignature', type: 'error' },
  { inputs: [], name: 'InvalidSignatureLength', type: 'error' },
  { inputs: [], name: 'InvalidSigner', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'underlyings', type: 'uint256' },
    ],
    name: 'IsolatedAccount',
    type: 'error',
  },
  {
    inputs: [
      { name: 'keeper', type: 'bytes32' },
      { name: 'equity', type: 'int256' },
      { name: 'required', type: 'int256' },
    ],
    name: 'KeeperUndermargined',
    type: 'error',
  },
  { inputs: [{ name: 'index', type: 'uint256' }], name: 'LegsDoNotMatch', type: 'error' },
  {
    inputs: [
      { name: 'phase', type: 'uint256' },
      { name: 'caller', type: 'address' },
    ],
    name: 'Locked',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'key', type: 'address' },
      { name: 'loss', type: 'int256' },
      { name: 'left', type: 'int256' },
    ],
    name: 'LossAboveBudget',
    type: 'error',
  },
  { inputs: [{ name: 'ratio', type: 'uint256' }], name: 'LossOpen', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'instrument', type: 'uint128' },
      { name: 'lots', type: 'int256' },
      { name: 'limit', type: 'int256' },
    ],
    name: 'LotsOutOfRange',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'key', type: 'address' },
      { name: 'underlying', type: 'uint256' },
    ],
    name: 'MarkNotLive',
    type: 'error',
  },
  { inputs: [{ name: 'underlying', type: 'uint256' }], name: 'MissingMarket', type: 'error' },
  { inputs: [{ name: 'instrument', type: 'uint128' }], name: 'MissingSeries', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'instrument', type: 'uint128' },
      { name: 'lots', type: 'int256' },
    ],
    name: 'NegativeCollateral',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'underlying', type: 'uint256' },
      { name: 'status', type: 'uint8' },
      { name: 'reduceOnly', type: 'bool' },
      { name: 'openInterest', type: 'uint256' },
      { name: 'cap', type: 'uint256' },
    ],
    name: 'NewRiskRefused',
    type: 'error',
  },
  { inputs: [], name: 'NoLegs', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'signer', type: 'address' },
      { name: 'nonce', type: 'uint256' },
    ],
    name: 'NonceAlreadyUsed',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'positions', type: 'uint256' },
      { name: 'cash', type: 'int256' },
    ],
    name: 'NotAbsorbable',
    type: 'error',
  },
  {
    inputs: [
      { name: 'signer', type: 'address' },
      { name: 'previous', type: 'address' },
    ],
    name: 'NotAscending',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'caller', type: 'address' },
    ],
    name: 'NotAuthorized',
    type: 'error',
  },
  { inputs: [{ name: 'caller', type: 'address' }], name: 'NotClearinghouse', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'settledCash', type: 'int256' },
      { name: 'debtLimit', type: 'int256' },
      { name: 'equity', type: 'int256' },
      { name: 'maintenance', type: 'int256' },
    ],
    name: 'NotConvertible',
    type: 'error',
  },
  {
    inputs: [
      { name: 'id', type: 'uint256' },
      { name: 'since', type: 'uint256' },
      { name: 'time', type: 'uint256' },
      { name: 'earliest', type: 'uint256' },
    ],
    name: 'NotFirst',
    type: 'error',
  },
  { inputs: [{ name: 'account', type: 'bytes32' }], name: 'NotFlagged', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'instrument', type: 'uint128' },
      { name: 'held', type: 'int256' },
      { name: 'lots', type: 'int256' },
    ],
    name: 'NotHeld',
    type: 'error',
  },
  { inputs: [{ name: 'caller', type: 'address' }], name: 'NotModule', type: 'error' },
  {
    inputs: [
      { name: 'readyAt', type: 'uint256' },
      { name: 'now_', type: 'uint256' },
    ],
    name: 'NotReady',
    type: 'error',
  },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'instrument', type: 'uint128' },
      { name: 'held', type: 'int256' },
      { name: 'change', type: 'int256' },
    ],
    name: 'NotReducing',
    type: 'error',
  },
  { inputs: [{ name: 'account', type: 'bytes32' }], name: 'NotReleasable', type: 'error' },
  { inputs: [{ name: 'caller', type: 'address' }], name: 'NotSettlement', type: 'error' },
  { inputs: [{ name: 'recovered', type: 'address' }], name: 'NotSigner', type: 'error' },
  {
    inputs: [
      { name: 'previous', type: 'bytes32' },
      { name: 'next', type: 'bytes32' },
    ],
    name: 'NotSorted',
    type: 'error',
  },
  {
    inputs: [
      { name: 'parameter', type: 'bytes32' },
      { name: 'value', type: 'uint256' },
      { name: 'old', type: 'uint256' },
    ],
    name: 'NotTighter',
    type: 'error',
  },
  {
    inputs: [
      { name: 'value', type: 'uint256' },
      { name: 'old', type: 'uint256' },
    ],
    name: 'NotTighter',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'caller', type: 'address' },
    ],
    name: 'NotYourAccount',
    type: 'error',
  },
  {
    inputs: [
      { name: 'keeper', type: 'bytes32' },
      { name: 'caller', type: 'address' },
    ],
    name: 'NotYourKeeper',
    type: 'error',
  },
  { inputs: [{ name: 'target', type: 'address' }], name: 'NothingScheduled', type: 'error' },
  {
    inputs: [
      { name: 'doneUntil', type: 'uint256' },
      { name: 'end', type: 'uint256' },
    ],
    name: 'NothingToAverage',
    type: 'error',
  },
  {
    inputs: [
      { name: 'time', type: 'uint256' },
      { name: 'earliest', type: 'uint256' },
    ],
    name: 'NoticeTooShort',
    type: 'error',
  },
  { inputs: [{ name: 'orderHash', type: 'bytes32' }], name: 'OrderCancelled', type: 'error' },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'expiry', type: 'uint256' },
      { name: 'now_', type: 'uint256' },
    ],
    name: 'OrderExpired',
    type: 'error',
  },
  {
    inputs: [
      { name: 'parameter', type: 'bytes32' },
      { name: 'value', type: 'uint256' },
      { name: 'minimum', type: 'uint256' },
      { name: 'maximum', type: 'uint256' },
    ],
    name: 'OutOfBounds',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'key', type: 'address' },
      { name: 'instrument', type: 'uint128' },
    ],
    name: 'OutOfScope',
    type: 'error',
  },
  {
    inputs: [
      { name: 'capacity', type: 'uint256' },
      { name: 'refill', type: 'uint256' },
      { name: 'held', type: 'uint256' },
    ],
    name: 'OutflowTooTight',
    type: 'error',
  },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'wanted', type: 'uint256' },
      { name: 'left', type: 'uint256' },
    ],
    name: 'OverFilled',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'deadline', type: 'uint256' },
      { name: 'now_', type: 'uint256' },
    ],
    name: 'PermissionExpired',
    type: 'error',
  },
  {
    inputs: [
      { name: 'id', type: 'uint256' },
      { name: 'overAt', type: 'uint256' },
    ],
    name: 'PhaseNotOver',
    type: 'error',
  },
  {
    inputs: [
      { name: 'timestamp', type: 'uint256' },
      { name: 'blockTimestamp', type: 'uint256' },
    ],
    name: 'PremiumInFuture',
    type: 'error',
  },
  {
    inputs: [
      { name: 'timestamp', type: 'uint256' },
      { name: 'last', type: 'uint256' },
    ],
    name: 'PremiumNotNewer',
    type: 'error',
  },
  {
    inputs: [
      { name: 'timestamp', type: 'uint256' },
      { name: 'oldest', type: 'uint256' },
    ],
    name: 'PremiumTooOld',
    type: 'error',
  },
  {
    inputs: [
      { name: 'makerLimit', type: 'int256' },
      { name: 'takerLimit', type: 'int256' },
    ],
    name: 'PricesDoNotCross',
    type: 'error',
  },
  {
    inputs: [
      { name: 'instrument', type: 'uint128' },
      { name: 'lots', type: 'int256' },
      { name: 'limit', type: 'int256' },
    ],
    name: 'QuantityOutOfRange',
    type: 'error',
  },
  {
    inputs: [
      { name: 'ratio', type: 'uint256' },
      { name: 'minRatio', type: 'uint256' },
    ],
    name: 'RatioTooLow',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'receiver', type: 'address' },
      { name: 'validFrom', type: 'uint256' },
    ],
    name: 'ReceiverNotAllowed',
    type: 'error',
  },
  {
    inputs: [
      { name: 'reward', type: 'int256' },
      { name: 'minReward', type: 'int256' },
    ],
    name: 'RewardTooSmall',
    type: 'error',
  },
  {
    inputs: [
      { name: 'rho', type: 'int256' },
      { name: 'limit', type: 'int256' },
    ],
    name: 'RhoOutOfRange',
    type: 'error',
  },
  {
    inputs: [
      { name: 'id', type: 'uint256' },
      { name: 'latest', type: 'uint256' },
    ],
    name: 'RoundMissing',
    type: 'error',
  },
  {
    inputs: [
      { name: 'bits', type: 'uint8' },
      { name: 'value', type: 'int256' },
    ],
    name: 'SafeCastOverflowedIntDowncast',
    type: 'error',
  },
  {
    inputs: [
      { name: 'bits', type: 'uint8' },
      { name: 'value', type: 'uint256' },
    ],
    name: 'SafeCastOverflowedUintDowncast',
    type: 'error',
  },
  { inputs: [{ name: 'value', type: 'uint256' }], name: 'SafeCastOverflowedUintToInt', type: 'error' },
  { inputs: [{ name: 'token', type: 'address' }], name: 'SafeERC20FailedOperation', type: 'error' },
  { inputs: [{ name: 'account', type: 'bytes32' }], name: 'SameAccount', type: 'error' },
  {
    inputs: [
      { name: 'quoted', type: 'uint256' },
      { name: 'current', type: 'uint256' },
    ],
    name: 'ScanRangeMoved',
    type: 'error',
  },
  { inputs: [{ name: 'account', type: 'bytes32' }], name: 'SelfTrade', type: 'error' },
  { inputs: [{ name: 'underlying', type: 'uint8' }], name: 'SeriesNotReady', type: 'error' },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'settledCash', type: 'int256' },
      { name: 'floor', type: 'int256' },
    ],
    name: 'SettledCashTooLow',
    type: 'error',
  },
  { inputs: [{ name: 'settlement', type: 'address' }], name: 'SettlementIsSet', type: 'error' },
  { inputs: [{ name: 'signatureDeadline', type: 'uint256' }], name: 'SignatureExpired', type: 'error' },
  {
    inputs: [
      { name: 'removed', type: 'int256' },
      { name: 'least', type: 'int256' },
    ],
    name: 'SliceTooSmall',
    type: 'error',
  },
  { inputs: [{ name: 'value', type: 'int256' }], name: 'SliceWorthless', type: 'error' },
  {
    inputs: [
      { name: 'far', type: 'uint256' },
      { name: 'near', type: 'uint256' },
    ],
    name: 'SmileSteepens',
    type: 'error',
  },
  {
    inputs: [
      { name: 'source', type: 'address' },
      { name: 'spot', type: 'uint256' },
      { name: 'lastSpot', type: 'uint256' },
    ],
    name: 'SourceNotUsable',
    type: 'error',
  },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'underlying', type: 'uint256' },
    ],
    name: 'SpotNotLive',
    type: 'error',
  },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'spot', type: 'uint256' },
      { name: 'minSpot', type: 'uint256' },
      { name: 'maxSpot', type: 'uint256' },
    ],
    name: 'SpotOutsideBand',
    type: 'error',
  },
  {
    inputs: [
      { name: 'parameter', type: 'bytes32' },
      { name: 'value', type: 'uint256' },
      { name: 'old', type: 'uint256' },
    ],
    name: 'StepTooLarge',
    type: 'error',
  },
  {
    inputs: [
      { name: 'underlying', type: 'uint8' },
      { name: 'readyAt', type: 'uint256' },
    ],
    name: 'StepTooSoon',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'equity', type: 'int256' },
      { name: 'maintenance', type: 'int256' },
    ],
    name: 'StillUnhealthy',
    type: 'error',
  },
  {
    inputs: [
      { name: 'strike', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'StrikeOutOfRange',
    type: 'error',
  },
  { inputs: [{ name: 'str', type: 'string' }], name: 'StringTooLong', type: 'error' },
  {
    inputs: [
      { name: 'value', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'SurfaceFieldTooLarge',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'underlying', type: 'uint256' },
    ],
    name: 'SurfaceStale',
    type: 'error',
  },
  { inputs: [{ name: 'account', type: 'bytes32' }], name: 'SystemAccount', type: 'error' },
  { inputs: [{ name: 'caps', type: 'uint256' }], name: 'TailTooWide', type: 'error' },
  {
    inputs: [
      { name: 'theta', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'ThetaOutOfRange',
    type: 'error',
  },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'receiver', type: 'bytes32' },
    ],
    name: 'TipToSystemAccount',
    type: 'error',
  },
  {
    inputs: [
      { name: 'count', type: 'uint256' },
      { name: 'quorum', type: 'uint256' },
    ],
    name: 'TooFewSignatures',
    type: 'error',
  },
  {
    inputs: [
      { name: 'available', type: 'uint256' },
      { name: 'needed', type: 'uint256' },
    ],
    name: 'TooLittleGas',
    type: 'error',
  },
  {
    inputs: [
      { name: 'count', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'TooManyExpiries',
    type: 'error',
  },
  {
    inputs: [
      { name: 'gross', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'TooManyLots',
    type: 'error',
  },
  {
    inputs: [
      { name: 'account', type: 'bytes32' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'TooManyPositions',
    type: 'error',
  },
  {
    inputs: [
      { name: 'count', type: 'uint256' },
      { name: 'maximum', type: 'uint256' },
    ],
    name: 'TooManySigners',
    type: 'error',
  },
  {
    inputs: [
      { name: 'id', type: 'uint256' },
      { name: 'count', type: 'uint256' },
    ],
    name: 'TooManyUnusable',
    type: 'error',
  },
  { inputs: [{ name: 'asset', type: 'uint8' }], name: 'UnknownAsset', type: 'error' },
  { inputs: [{ name: 'claimId', type: 'uint256' }], name: 'UnknownClaim', type: 'error' },
  {
    inputs: [
      { name: 'underlying', type: 'uint256' },
      { name: 'expiry', type: 'uint256' },
    ],
    name: 'UnknownExpiry',
    type: 'error',
  },
  { inputs: [{ name: 'id', type: 'uint256' }], name: 'UnknownRound', type: 'error' },
  {
    inputs: [
      { name: 'underlying', type: 'uint256' },
      { name: 'expiry', type: 'uint256' },
    ],
    name: 'UnknownSeries',
    type: 'error',
  },
  { inputs: [{ name: 'underlying', type: 'uint256' }], name: 'UnknownUnderlying', type: 'error' },
  { inputs: [{ name: 'instrument', type: 'uint128' }], name: 'UnsupportedInstrument', type: 'error' },
  {
    inputs: [
      { name: 'farTheta', type: 'uint256' },
      { name: 'nearTheta', type: 'uint256' },
    ],
    name: 'VarianceFalls',
    type: 'error',
  },
  {
    inputs: [
      { name: 'slope', type: 'uint256' },
      { name: 'limit', type: 'uint256' },
    ],
    name: 'WingTooSteep',
    type: 'error',
  },
  {
    inputs: [
      { name: 'skewChange', type: 'uint256' },
      { name: 'slopeChange', type: 'int256' },
    ],
    name: 'WingsCross',
    type: 'error',
  },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'epoch', type: 'uint64' },
      { name: 'current', type: 'uint64' },
    ],
    name: 'WrongEpoch',
    type: 'error',
  },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'executor', type: 'address' },
      { name: 'caller', type: 'address' },
    ],
    name: 'WrongExecutor',
    type: 'error',
  },
  {
    inputs: [
      { name: 'id', type: 'uint256' },
      { name: 'hint', type: 'uint256' },
      { name: 'phase', type: 'uint256' },
      { name: 'since', type: 'uint256' },
    ],
    name: 'WrongHint',
    type: 'error',
  },
  {
    inputs: [
      { name: 'orderHash', type: 'bytes32' },
      { name: 'taker', type: 'address' },
      { name: 'counterparty', type: 'address' },
    ],
    name: 'WrongTaker',
    type: 'error',
  },
  { inputs: [], name: 'ZeroAmount', type: 'error' },
] as const
