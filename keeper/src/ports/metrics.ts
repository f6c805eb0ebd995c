/** Prometheus metrics of one keeper, in a registry of its own. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

const BLOCKS = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55]
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics(keeper: string) {
  const registry = new Registry()
  registry.setDefaultLabels({ keeper })
  const counter = <label extends string>(name: string, help: string, ...labelNames: label[]) =>
    new Counter({ name: `plimsoll_keeper_${name}`, help, labelNames, registers: [registry] })
  const gauge = <label extends string>(name: string, help: string, ...labelNames: label[]) =>
    new Gauge({ name: `plimsoll_keeper_${name}`, help, labelNames, registers: [registry] })
  const histogram = <label extends string>(name: string, help: string, buckets: number[], ...labelNames: label[]) =>
    new Histogram({ name: `plimsoll_keeper_${name}`, help, buckets, labelNames, registers: [registry] })
  return {
    registry,
    breachToConfirmed: histogram(
      'breach_to_confirmed_blocks',
      'Blocks from the one in which an account became liquidatable to the one with the receipt of its liquidation',
      BLOCKS,
    ),
    scanSeconds: histogram('scan_seconds', 'Time of a complete scan', SECONDS),
    outcomes: counter('jobs_total', 'Jobs by kind and outcome', 'kind', 'outcome'),
    skipped: counter('skipped_total', 'Jobs not sent, by reason', 'kind', 'reason'),
    errors: counter('errors_total', 'Failures by code', 'code'),
    rpcRequests: counter('rpc_requests_total', 'Requests to the node by method and result', 'method', 'result'),
    matcherReads: counter('matcher_reads_total', 'Reads of resting orders by result', 'result'),
    resales: counter('resales_total', 'Takeovers that were to be sold on, by outcome', 'outcome'),
    notTaken: counter('not_taken_total', 'Accounts that a scan left where they are, by reason', 'reason'),
    replacements: counter('replacements_total', 'Transactions sent again for more, and taken back', 'kind'),
    reorgs: counter('reorgs_total', 'Times that blocks were taken back'),
    mismatches: counter('state_mismatches_total', 'Accounts whose rebuilt state differed from the chain'),
    rebuilds: counter('state_rebuilds_total', 'Times that the state was rebuilt from all events'),
    profitUsd: counter('reward_usd_total', 'Reward at mark of confirmed takeovers'),
    gasUsd: counter('gas_usd_total', 'Gas paid'),
    headBlock: gauge('head_block', 'Newest block seen'),
    scannedBlock: gauge('scanned_block', 'Block of the last complete scan'),
    scannedAt: gauge('last_successful_scan_seconds', 'Unix time of the last complete scan'),
    accounts: gauge('accounts', 'Accounts by standing', 'standing'),
    computed: gauge('accounts_computed', 'Accounts assessed anew in the last scan'),
    epochsCold: gauge('epochs_cold', '1 when users hold strikes without a risk array in the epoch', 'underlying'),
    coldStrikes: gauge('cold_strikes', 'Strikes that users hold without a risk array in the epoch', 'underlying'),
    epochAge: gauge('epoch_age_seconds', 'Age of the risk epoch', 'underlying'),
    surfaceAge: gauge('surface_age_seconds', 'Age of the volatility surface', 'underlying'),
    feedUp: gauge('feed_up', '1 while the price source answers', 'underlying'),
    settlementLag: gauge(
      'settlement_lag_seconds',
      'Seconds since a series that users still hold ended; negative inside its window',
      'underlying',
      'expiry',
    ),
    unsettled: gauge('unsettled_accounts', 'Accounts that hold a series that has ended', 'underlying', 'expiry'),
    refreshGas: counter('refresh_gas_total', 'Gas of transactions that stored risk arrays'),
    serviceUsd: counter('service_gas_usd_total', 'Gas paid for jobs that nobody pays for', 'kind'),
    valueAtRisk: gauge('unliquidated_usd', 'Maintenance less equity of all liquidatable accounts'),
    insolvent: gauge('insolvent_usd', 'Negative equity of all accounts, as a positive number'),
    marginCalls: gauge('margin_calls', 'Accounts with maintenance but without initial margin'),
    marginCallUsd: gauge('margin_call_usd', 'What lifts them to initial margin'),
    rampBreaches: gauge(
      'ramp_breaches',
      'Accounts that the ramps of the scan ranges will take below maintenance margin within the hours configured',
    ),
    rampTopUpUsd: gauge('ramp_top_up_usd', 'What keeps those at maintenance margin'),
    inFlight: gauge('in_flight', 'Transactions without a receipt', 'lane'),
    inventory: gauge('inventory_lots', "Lots in the keeper's accounts", 'account', 'underlying', 'kind'),
    equity: gauge('equity_usd', "Equity of the keeper's accounts", 'account'),
    nativeBalance: gauge('native_balance', "Gas money of the keeper's key, in whole units"),
    rpcUp: gauge('rpc_up', '1 when the last request was answered'),
    journalUp: gauge('journal_up', '1 when the last write succeeded'),
  }
}
