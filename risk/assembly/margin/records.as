// AssemblyScript. Equity and requirements of a block of accounts: the rules of risk/src/methods/plimsoll, whose names it
// keeps, two lanes per instruction. The tables lie in linear memory where `configure` says; the wrapper, which fills them,
// is risk/src/batch/simd/marginKernel.ts. Nothing is kept from one account to the next. The files of this folder are one
// module: records, product, underlying, account.

/** Bytes of 30 lanes. */
const LANES: usize = 240
const NODES: i32 = 17
/** 2 range from here on: the two lowest nodes coincide. */
const MAX_FALL: f64 = 0.9
/** Kinds below are linear; 0 is spot. */
const CALL: u32 = 3
const PUT: u32 = 4
/** Modes. */
const PORTFOLIO: u32 = 2
const RISK_NEUTRAL: u32 = 3

// Instrument record, bytes.
const NOTIONAL: usize = 0
const LANE_SIZE: usize = 8
const TERM_SIZE: usize = 16
const UNDERLYING: usize = 24
const EXPIRY: usize = 28
const STRIKE: usize = 32
const KIND: usize = 36
const INSTRUMENT_BYTES: usize = 40

// Strike record: 30 lanes, then
const CALL_VALUE: usize = 240
const CALL_DELTA: usize = 248
const PARITY_NOTIONAL: usize = 256
const PARITY_VALUE: usize = 264
const SHORT_MAINTENANCE: usize = 272
const SHORT_INITIAL: usize = 280
const LONG_MAINTENANCE: usize = 288
const LONG_INITIAL: usize = 296
const STRIKE_BYTES: usize = 304

// Underlying record: 30 weighted moves, 2 x 17 node weights, then
const WEIGHTS: usize = 240
const RANGE: usize = 512
const DEPTH: usize = 520
const RELIEF: usize = 528
const OFFSET: usize = 536
const CALENDAR: usize = 544
const BASIS: usize = 552
const BASIS_PER_YEAR: usize = 560
const HAIRCUT: usize = 568
const SLOT_CHARGE: usize = 576
const LANE_UNIT: usize = 584
const FACTOR: usize = 592
const DEAD: usize = 600
const LANE_SIZE_FACTOR: usize = 608
const UNIT_WORST: usize = 616
const UNIT_SHORTFALL: usize = 632
const INTERVAL_SHARE: usize = 664
const INTERVAL_GAIN: usize = 688
const INTERVAL_NODE: usize = 712
const HAS_WEIGHTS: usize = 736
const GROUP: usize = 752
const UNDERLYING_BYTES: usize = 768

// Expiry held by the account: years, dollar delta, profit and loss in the lane (0, up).
const DELTA: usize = 8
const UNMOVED: usize = 16
const EXPIRY_BYTES: usize = 24

// Record of a group of underlyings: 30 joint lanes, then
const GROUP_RELIEVED: usize = 240
const GROUP_WORST: usize = 248
const GROUP_OFFSET: usize = 256
const GROUP_BYTES: usize = 272

// Scratch at fixed places.
const PNL: usize = 0
const OPTION_PNL: usize = 240
const LOSSES: usize = 480
const ACCOUNT: usize = 640 // initialRatio, grossCharge, tail, tailFloor
const HELD: usize = 672 // numbers of the groups held, up to the first table

// Tables.
let instruments: usize = 0
let strikes: usize = 0
let underlyings: usize = 0
let years: usize = 0
let expiries: usize = 0
let groups: usize = 0
// Block of accounts: first rows (one more than accounts), modes, cash, instruments and quantities of the rows; results.
let starts: usize = 0
let modes: usize = 0
let cash: usize = 0
let keys: usize = 0
let quantities: usize = 0
let results: usize = 0

export function configureTables(
  instrumentsAt: usize,
  strikesAt: usize,
  underlyingsAt: usize,
  yearsAt: usize,
  expiriesAt: usize,
  groupsAt: usize,
): void {
  instruments = instrumentsAt
  strikes = strikesAt
  underlyings = underlyingsAt
  years = yearsAt
  expiries = expiriesAt
  groups = groupsAt
}

export function configureBlock(
  startsAt: usize,
  modesAt: usize,
  cashAt: usize,
  keysAt: usize,
  quantitiesAt: usize,
  resultsAt: usize,
): void {
  starts = startsAt
  modes = modesAt
  cash = cashAt
  keys = keysAt
  quantities = quantitiesAt
  results = resultsAt
}

// The underlying at hand: what its positions add up to.
let u: usize = 0
let slots: f64 = 0
let hasOptions: bool = false
let hasShortOption: bool = false
let expiryCount: usize = 0
let linear: f64 = 0
let optionValue: f64 = 0
let collateral: f64 = 0
let gross: f64 = 0
let delta: f64 = 0
let parity: f64 = 0
let chargeMaintenance: f64 = 0
let chargeInitial: f64 = 0
let laneSize: f64 = 0
let termSize: f64 = 0
let worst: f64 = 0
let worstOptions: f64 = 0

// The account at hand: sums over its underlyings.
let heldCount: usize = 0
let sumValue: f64 = 0
let sumRelieved: f64 = 0
let sumShortfall: f64 = 0
let sumOptionsMaintenance: f64 = 0
let sumOptionsInitial: f64 = 0
let sumOwnMaintenance: f64 = 0
let sumOwnInitial: f64 = 0
let sumFactors: f64 = 0
let sumBoth: f64 = 0
let sumInitial: f64 = 0
let sumGoodEnd: f64 = 0
let sumSize: f64 = 0

function resetUnderlying(number: u32): void {
  u = underlyings + <usize>number * UNDERLYING_BYTES
  hasOptions = false
  hasShortOption = false
  expiryCount = 0
  linear = 0
  optionValue = 0
  collateral = 0
  gross = 0
  delta = 0
  parity = 0
  chargeMaintenance = 0
  chargeInitial = 0
  laneSize = 0
  termSize = 0
  worst = 0
  worstOptions = 0
}

function resetAccount(): void {
  heldCount = 0
  sumValue = 0
  sumRelieved = 0
  sumShortfall = 0
  sumOptionsMaintenance = 0
  sumOptionsInitial = 0
  sumOwnMaintenance = 0
  sumOwnInitial = 0
  sumFactors = 0
  sumBoth = 0
  sumInitial = 0
  sumGoodEnd = 0
  sumSize = 0
}
