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

/** Takes the worst node again and again until the tail is spent or no loss is left: it is short, so rarely more than a few. */
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
    if (loss <= 0) break
    const mass = min<f64>(left, load<f64>(weights + node))
    sum += mass * loss
    left -= mass
    store<f64>(node, -Infinity, LOSSES)
  }
  return sum / tail
}

/** The size of all terms in E - MM and E - IM, for the bound: risk/src/batch/errorBound.ts. */
function addSize(): void {
  const excess = max<f64>(1, laneSize / (load<f64>(u, RANGE) * load<f64>(u, DEPTH)))
  const lanes = laneSize * (load<f64>(u, LANE_SIZE_FACTOR) + 2 * excess)
  sumSize += termSize + lanes + load<f64>(u, SLOT_CHARGE) * slots
}
