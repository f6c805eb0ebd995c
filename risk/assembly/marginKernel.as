// AssemblyScript. Equity and requirements of a block of accounts: the rules of risk/src/methods/plimsoll, whose names it
// keeps, two lanes per instruction. The tables lie in linear memory where `configure` says; the wrapper, which fills them,
// is risk/src/batch/simd/marginKernel.ts. Nothing is kept from one account to the next.

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

// Step 1: the sparse-dense product of one underlying.

// @ts-ignore: decorator
@inline
function instrumentAt(slot: usize): usize {
  return instruments + <usize>load<u32>(keys + 4 * slot) * INSTRUMENT_BYTES
}

// @ts-ignore: decorator
@inline
function quantityAt(slot: usize): f64 {
  return load<f64>(quantities + 8 * slot)
}

/** Sums the positions from `slot` on that are of its underlying. Returns the slot after them. */
function gather(slot: usize, end: usize): usize {
  const underlying = load<u32>(instrumentAt(slot), UNDERLYING)
  resetUnderlying(underlying)
  let expiry: u32 = u32.MAX_VALUE
  let next = slot
  while (next < end) {
    const instrument = instrumentAt(next)
    if (load<u32>(instrument, UNDERLYING) != underlying) break
    const own = load<u32>(instrument, EXPIRY)
    if (own != expiry) {
      expiry = own
      openExpiry(own)
    }
    if (load<u32>(instrument, KIND) >= CALL) {
      next = addStrike(next, end)
    } else {
      addLinear(instrument, quantityAt(next))
      next++
    }
  }
  slots = <f64>(next - slot)
  if (hasOptions) finishLanes()
  else worst = abs<f64>(linear) * unitOf(UNIT_WORST)
  return next
}

/** What one dollar long, or short where the linear part is short, loses. */
// @ts-ignore: decorator
@inline
function unitOf(column: usize): f64 {
  return load<f64>(u + column + (linear < 0 ? 8 : 0))
}

function openExpiry(expiry: u32): void {
  const row = expiries + expiryCount * EXPIRY_BYTES
  store<f64>(row, load<f64>(years + 8 * <usize>expiry))
  store<f64>(row, 0, DELTA)
  store<f64>(row, 0, UNMOVED)
  expiryCount++
}

// @ts-ignore: decorator
@inline
function addSizes(instrument: usize, quantity: f64): void {
  const size = abs<f64>(quantity)
  laneSize += size * load<f64>(instrument, LANE_SIZE)
  termSize += size * load<f64>(instrument, TERM_SIZE)
}

// @ts-ignore: decorator
@inline
function addDelta(dollars: f64): void {
  const row = expiries + (expiryCount - 1) * EXPIRY_BYTES
  store<f64>(row, load<f64>(row, DELTA) + dollars, DELTA)
  delta += dollars
}

function addLinear(instrument: usize, quantity: f64): void {
  const notional = quantity * load<f64>(instrument, NOTIONAL)
  linear += notional
  if (load<u32>(instrument, KIND) == 0) collateral += notional
  else gross += abs<f64>(notional)
  addDelta(notional)
  addSizes(instrument, quantity)
}

/** Call and put of one strike, netted: a put is its call less the forward. Returns the slot after them. */
function addStrike(slot: usize, end: usize): usize {
  const strike = load<u32>(instrumentAt(slot), STRIKE)
  let contracts: f64 = 0
  let puts: f64 = 0
  let next = slot
  while (next < end) {
    const instrument = instrumentAt(next)
    const kind = load<u32>(instrument, KIND)
    if (kind < CALL || load<u32>(instrument, STRIKE) != strike) break
    const quantity = quantityAt(next)
    contracts += quantity
    if (kind == PUT) puts = quantity
    if (quantity < 0) hasShortOption = true
    gross += abs<f64>(quantity) * load<f64>(instrument, NOTIONAL)
    addSizes(instrument, quantity)
    next++
  }
  const row = strikes + <usize>strike * STRIKE_BYTES
  addLanes(row, contracts)
  addTerms(row, contracts, puts)
  return next
}

/** optionPnl += c * lanes - unit * max(-c, 0). */
function addLanes(row: usize, contracts: f64): void {
  const c = f64x2.splat(contracts)
  const charge = f64x2.splat(max<f64>(-contracts, 0) * load<f64>(u, LANE_UNIT))
  if (hasOptions) {
    for (let p: usize = 0; p < LANES; p += 16) {
      const sum = f64x2.add(v128.load(p, OPTION_PNL), f64x2.mul(c, v128.load(row + p)))
      v128.store(p, f64x2.sub(sum, charge), OPTION_PNL)
    }
  } else {
    for (let p: usize = 0; p < LANES; p += 16) {
      v128.store(p, f64x2.sub(f64x2.mul(c, v128.load(row + p)), charge), OPTION_PNL)
    }
  }
  hasOptions = true
}

function addTerms(row: usize, contracts: f64, puts: f64): void {
  const forward = puts * load<f64>(row, PARITY_NOTIONAL)
  const short = contracts < 0
  const count = abs<f64>(contracts)
  parity += forward
  optionValue += contracts * load<f64>(row, CALL_VALUE) - puts * load<f64>(row, PARITY_VALUE)
  chargeMaintenance += count * load<f64>(row + (short ? SHORT_MAINTENANCE : LONG_MAINTENANCE))
  chargeInitial += count * load<f64>(row + (short ? SHORT_INITIAL : LONG_INITIAL))
  addDelta(contracts * load<f64>(row, CALL_DELTA) - forward)
  const expiry = expiries + (expiryCount - 1) * EXPIRY_BYTES
  store<f64>(expiry, load<f64>(expiry, UNMOVED) + contracts * load<f64>(row, 96), UNMOVED)
}

/** The puts' forwards are a linear part of the options; the linear instruments come on top. */
function finishLanes(): void {
  const forwards = f64x2.splat(parity)
  const notional = f64x2.splat(linear)
  let low = f64x2.splat(0)
  let lowOptions = f64x2.splat(0)
  for (let p: usize = 0; p < LANES; p += 16) {
    const move = v128.load(u + p)
    const options = f64x2.sub(v128.load(p, OPTION_PNL), f64x2.mul(forwards, move))
    const whole = f64x2.add(options, f64x2.mul(notional, move))
    v128.store(p, whole, PNL)
    low = f64x2.pmin(low, whole)
    lowOptions = f64x2.pmin(lowOptions, options)
  }
  worst = -min<f64>(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1))
  worstOptions = -min<f64>(f64x2.extract_lane(lowOptions, 0), f64x2.extract_lane(lowOptions, 1))
}

// Step 2: measures and charges of one underlying.

function assessUnderlying(mode: u32): void {
  const worstLinear = abs<f64>(linear) * unitOf(UNIT_WORST)
  const relief = load<f64>(u, RELIEF)
  const paid = relief * worstLinear
  const relieved = min<f64>(worst, paid + worstOptions)
  const ratio = load<f64>(ACCOUNT)
  const factor = load<f64>(u, FACTOR)
  const scale = ratio * factor
  const ownInitial = capped(scale * relieved + chargeInitial, scale * paid)
  sumValue += linear + optionValue
  sumRelieved += relieved
  if (mode >= RISK_NEUTRAL) sumShortfall += shortfall(<usize>(mode - RISK_NEUTRAL), relieved)
  sumOptionsMaintenance += chargeMaintenance
  sumOptionsInitial += chargeInitial
  sumOwnMaintenance += capped(relieved + chargeMaintenance, paid)
  sumOwnInitial += ownInitial
  sumFactors += ratio * (factor - 1) * relieved
  addCharges(ownInitial)
  addSize()
  if (mode >= PORTFOLIO) addJointly(relieved)
}

/** Without a short option leg a book cannot lose more than its options are worth beside its linear part. */
// @ts-ignore: decorator
@inline
function capped(requirement: f64, beside: f64): f64 {
  return hasShortOption ? requirement : max<f64>(0, min<f64>(requirement, optionValue + beside))
}

function addCharges(ownInitial: f64): void {
  const calendar = hasOptions && expiryCount > 1 ? load<f64>(u, CALENDAR) * offsetting(UNMOVED) : 0
  const basis = expiryCount > 1 ? basisCharge() : 0
  const concentration = concentrationCharge()
  const low = gain(0)
  const high = gain(8)
  const uncertainty = -min<f64>(0, min<f64>(min<f64>(low, high), gain(16)))
  const own = ownInitial + uncertainty + calendar + basis + concentration
  const uncounted = max<f64>(0, optionValue - own)
  const onlyInitial = load<f64>(ACCOUNT, 8) * gross + load<f64>(u, SLOT_CHARGE) * slots + load<f64>(u, DEAD) * collateral
  sumBoth += calendar + basis + load<f64>(u, HAIRCUT) * collateral
  sumInitial += uncertainty + concentration + onlyInitial + uncounted
  sumGoodEnd += max<f64>(0, max<f64>(low, high))
}

/** The lesser of the gains and the losses in a column of the expiries. */
function offsetting(column: usize): f64 {
  let gained: f64 = 0
  let lost: f64 = 0
  const end = expiries + expiryCount * EXPIRY_BYTES
  for (let row = expiries; row < end; row += EXPIRY_BYTES) {
    const value = load<f64>(row + column)
    gained += max<f64>(value, 0)
    lost += max<f64>(-value, 0)
  }
  return min<f64>(gained, lost)
}

function basisCharge(): f64 {
  let left: f64 = 0
  let right = delta
  let spread: f64 = 0
  const last = expiries + (expiryCount - 1) * EXPIRY_BYTES
  for (let row = expiries; row < last; row += EXPIRY_BYTES) {
    const own = load<f64>(row, DELTA)
    left += own
    right -= own
    const gap = load<f64>(row + EXPIRY_BYTES) - load<f64>(row)
    if (left * right < 0) spread += gap * min<f64>(abs<f64>(left), abs<f64>(right))
  }
  return load<f64>(u, BASIS) * offsetting(DELTA) + load<f64>(u, BASIS_PER_YEAR) * spread
}

/** W (sqrt(max(1, N / Q)) - 1). */
function concentrationCharge(): f64 {
  const unmoved = hasOptions ? abs<f64>(load<f64>(96, PNL)) / load<f64>(u, RANGE) : 0
  const excess = max<f64>(abs<f64>(delta), unmoved) / load<f64>(u, DEPTH)
  return excess > 1 ? worst * (sqrt<f64>(excess) - 1) : 0
}

/** Gain if spot were the interval's price: mean of up and down lanes, linear between nodes. `price` in bytes. */
function gain(price: usize): f64 {
  if (!hasOptions) return linear * load<f64>(u + price, INTERVAL_GAIN)
  const node = <i32>load<f64>(u + price, INTERVAL_NODE)
  const below = nodeMean(node - 1)
  const unmoved = (load<f64>(96, PNL) + load<f64>(104, PNL)) / 2
  return below + (nodeMean(node) - below) * load<f64>(u + price, INTERVAL_SHARE) - unmoved
}

/** Mean of a node's up and down lane at full size. */
function nodeMean(node: i32): f64 {
  if (node >= 2 && node <= 14) {
    const lane: usize = <usize>16 * <usize>(node - 2)
    return (load<f64>(lane, PNL) + load<f64>(lane, PNL + 8)) / 2
  }
  if (node == 0) return 4 * load<f64>(28 * 8, PNL)
  if (node == 1) return 2 * load<f64>(26 * 8, PNL)
  return node == 15 ? 2 * load<f64>(27 * 8, PNL) : 4 * load<f64>(29 * 8, PNL)
}

/** ES_u under the weights of `set`; R_u where they are not known. */
function shortfall(set: usize, relieved: f64): f64 {
  if (load<f64>(u + 8 * set, HAS_WEIGHTS) == 0) return relieved
  if (!hasOptions) return abs<f64>(linear) * unitOf(UNIT_SHORTFALL + 16 * set)
  writeLosses()
  return tailMean(u + WEIGHTS + 8 * <usize>NODES * set)
}

/** Loss at each node, extremes at full size; where the two lowest coincide at -90 %, the outer one's at both. */
function writeLosses(): void {
  for (let node: usize = 0; node < 13; node++) {
    const lane: usize = <usize>16 * node
    store<f64>(8 * node, -min<f64>(load<f64>(lane, PNL), load<f64>(lane, PNL + 8)), LOSSES + 16)
  }
  const outer = -4 * load<f64>(28 * 8, PNL)
  store<f64>(0, outer, LOSSES)
  store<f64>(8, 2 * load<f64>(u, RANGE) >= MAX_FALL ? outer : -2 * load<f64>(26 * 8, PNL), LOSSES)
  store<f64>(15 * 8, -2 * load<f64>(27 * 8, PNL), LOSSES)
  store<f64>(16 * 8, -4 * load<f64>(29 * 8, PNL), LOSSES)
}

/** Takes the worst node again and again until the tail is spent: it is short, so rarely more than a few. */
function tailMean(weights: usize): f64 {
  const tail = load<f64>(ACCOUNT, 16)
  let left = tail
  let sum: f64 = 0
  for (let taken = 0; taken < NODES && left > 0; taken++) {
    let node: usize = 0
    let loss = load<f64>(0, LOSSES)
    for (let p: usize = 8; p < 8 * <usize>NODES; p += 8) {
      const other = load<f64>(p, LOSSES)
      const isWorse = other > loss
      loss = isWorse ? other : loss
      node = isWorse ? p : node
    }
    const mass = min<f64>(left, load<f64>(weights + node))
    sum += mass * loss
    left -= mass
    store<f64>(node, -Infinity, LOSSES)
  }
  return max<f64>(0, sum / tail)
}

/** The size of all terms in E - MM and E - IM, for the bound: risk/src/batch/errorBound.ts. */
function addSize(): void {
  const excess = max<f64>(1, laneSize / (load<f64>(u, RANGE) * load<f64>(u, DEPTH)))
  const lanes = laneSize * (load<f64>(u, LANE_SIZE_FACTOR) + 2 * excess)
  sumSize += termSize + lanes + load<f64>(u, SLOT_CHARGE) * slots
}

// Step 3: offsets between underlyings of a group.

function addJointly(relieved: f64): void {
  const number = <u32>load<f64>(u, GROUP)
  const group = groups + <usize>number * GROUP_BYTES
  if (hold(number)) {
    memory.fill(group, 0, GROUP_OFFSET)
    store<f64>(group, load<f64>(u, OFFSET), GROUP_OFFSET)
  }
  store<f64>(group, load<f64>(group, GROUP_RELIEVED) + relieved, GROUP_RELIEVED)
  store<f64>(group, load<f64>(group, GROUP_WORST) + worst, GROUP_WORST)
  store<f64>(group, min<f64>(load<f64>(group, GROUP_OFFSET), load<f64>(u, OFFSET)), GROUP_OFFSET)
  const notional = f64x2.splat(linear)
  for (let p: usize = 0; p < LANES; p += 16) {
    const own = hasOptions ? v128.load(p, PNL) : f64x2.mul(notional, v128.load(u + p))
    v128.store(group + p, f64x2.add(v128.load(group + p), own))
  }
}

/** Whether the account had no underlying of the group so far. */
function hold(number: u32): bool {
  for (let i: usize = 0; i < heldCount; i++) if (load<u32>(4 * i, HELD) == number) return false
  store<u32>(4 * heldCount, number, HELD)
  heldCount++
  return true
}

/** min(sum R_u, offset * W(sum of lanes) + (1 - offset) * sum W_u), over all groups held. */
function portfolioMeasure(): f64 {
  let measure: f64 = 0
  for (let i: usize = 0; i < heldCount; i++) {
    const group = groups + <usize>load<u32>(4 * i, HELD) * GROUP_BYTES
    let low = f64x2.splat(0)
    for (let p: usize = 0; p < LANES; p += 16) low = f64x2.pmin(low, v128.load(group + p))
    const joint = -min<f64>(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1))
    const offset = load<f64>(group, GROUP_OFFSET)
    const blend = offset * joint + (1 - offset) * load<f64>(group, GROUP_WORST)
    measure += min<f64>(load<f64>(group, GROUP_RELIEVED), blend)
  }
  return measure
}

function measureOf(mode: u32): f64 {
  if (mode < PORTFOLIO) return sumRelieved
  const portfolio = portfolioMeasure()
  if (mode == PORTFOLIO) return portfolio
  return min<f64>(portfolio, max<f64>(load<f64>(ACCOUNT, 24) * portfolio, sumShortfall))
}

/** Five numbers: equity, maintenance, initial, good end, size of all terms but cash. */
function writeResults(account: usize, mode: u32): void {
  const measure = measureOf(mode)
  const maintenance = measure + sumOptionsMaintenance
  const initial = load<f64>(ACCOUNT) * measure + sumFactors + sumOptionsInitial
  const to = results + 40 * account
  store<f64>(to, load<f64>(cash + 8 * account) + sumValue)
  store<f64>(to, min<f64>(maintenance, sumOwnMaintenance) + sumBoth, 8)
  store<f64>(to, min<f64>(initial, sumOwnInitial) + sumBoth + sumInitial, 16)
  store<f64>(to, sumGoodEnd, 24)
  store<f64>(to, sumSize, 32)
}

/** Assesses the first `count` accounts of the block. */
export function assess(count: i32): void {
  for (let account: usize = 0; account < <usize>count; account++) {
    const mode = load<u32>(modes + 4 * account)
    const end = <usize>load<u32>(starts + 4 * account + 4)
    let slot = <usize>load<u32>(starts + 4 * account)
    resetAccount()
    while (slot < end) {
      slot = gather(slot, end)
      assessUnderlying(mode)
    }
    writeResults(account, mode)
  }
}
