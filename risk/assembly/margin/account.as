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
