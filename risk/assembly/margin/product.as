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
