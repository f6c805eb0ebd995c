/** Prometheus metrics of one matcher, in a registry of its own. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const FILLS = [1, 2, 4, 8, 16, 32, 64]

export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics(matcher: string) {
  const registry = new Registry()
  registry.setDefaultLabels({ matcher })
  const registers = [registry]
  const named = (name: string, help: string) => ({ name: `plimsoll_matcher_${name}`, help, registers })
  const counter = <label extends string>(name: string, help: string, ...labelNames: label[]) =>
    new Counter({ ...named(name, help), labelNames })
  const gauge = <label extends string>(name: string, help: string, ...labelNames: label[]) =>
    new Gauge({ ...named(name, help), labelNames })
  return {
    registry,
    accepted: counter('orders_accepted_total', 'Orders and quotes that were taken', 'kind'),
    refused: counter('refused_total', 'Requests that were refused, by reason', 'reason'),
    ended: counter('orders_ended_total', 'Orders that trade no more, by reason', 'reason'),
    matched: counter('matches_total', 'Matches made'),
    settled: counter('matches_settled_total', 'Matches that the exchange filled'),
    unwound: counter('matches_unwound_total', 'Matches taken back, by reason', 'reason'),
    batches: counter('batches_total', 'Transactions by outcome', 'outcome'),
    batchFills: new Histogram({ ...named('batch_fills', 'Matches per transaction'), buckets: FILLS }),
    replacements: counter('replacements_total', 'Transactions offered again for more'),
    gasUsed: counter('gas_used_total', 'Gas of mined transactions'),
    requestSeconds: new Histogram({
      ...named('request_seconds', 'Time to answer a request'),
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
    }),
    liveOrders: gauge('live_orders', 'Orders that may still trade'),
    pending: gauge('matches_pending', 'Matches that no block has yet'),
    subscribers: gauge('subscribers', 'Open WebSocket connections'),
    headBlock: gauge('head_block', 'Block that orders are judged by'),
    balance: gauge('native_balance', "Gas money of the matcher's key, in whole units"),
    roundAt: gauge('last_round_seconds', 'Unix time of the last complete round'),
    errors: counter('errors_total', 'Failures by code', 'code'),
    rpcRequests: counter('rpc_requests_total', 'Requests to the node by method and result', 'method', 'result'),
  }
}
