/** Prometheus metrics of signers and posters, each in a registry of its own. */
import { Counter, Gauge, Registry } from 'prom-client'

function family(kind: 'signer' | 'poster', name: string) {
  const registry = new Registry()
  registry.setDefaultLabels({ [kind]: name })
  return {
    registry,
    counter: <label extends string>(metric: string, help: string, ...labelNames: label[]) =>
      new Counter({ name: `plimsoll_${kind}_${metric}`, help, labelNames, registers: [registry] }),
    gauge: <label extends string>(metric: string, help: string, ...labelNames: label[]) =>
      new Gauge({ name: `plimsoll_${kind}_${metric}`, help, labelNames, registers: [registry] }),
  }
}

export type SignerMetrics = ReturnType<typeof createSignerMetrics>

export function createSignerMetrics(name: string) {
  const { registry, counter, gauge } = family('signer', name)
  return {
    registry,
    accepted: counter('accepted_total', 'Snapshots that became a signed message', 'underlying'),
    refused: counter('refused_total', 'Snapshots that were refused, by reason', 'underlying', 'reason'),
    endorsed: counter('endorsed_total', 'Proposals of other signers that were co-signed', 'underlying'),
    declined: counter('declined_total', 'Proposals of other signers that were not co-signed', 'underlying', 'reason'),
    ready: gauge('ready', '1 while there is a message to serve', 'underlying'),
    age: gauge('proposal_age_seconds', 'Head of the chain less time of the served message', 'underlying'),
    fitError: gauge('fit_error_points', 'Worst weighted rms error of an expiry, volatility points', 'underlying'),
    quotes: gauge('quotes', 'Quotes in the last fit', 'underlying'),
    peerUp: gauge('peer_up', '1 while the other signer answers', 'peer'),
    roundAt: gauge('last_round_seconds', 'Unix time of the last complete round'),
    errors: counter('errors_total', 'Failures by code', 'code'),
    rpcRequests: counter('rpc_requests_total', 'Requests to the node by method and result', 'method', 'result'),
  }
}

export type PosterMetrics = ReturnType<typeof createPosterMetrics>

export function createPosterMetrics(name: string) {
  const { registry, counter, gauge } = family('poster', name)
  return {
    registry,
    posted: counter('posted_total', 'Messages that the feed took from this poster, by cause', 'underlying', 'cause'),
    outcomes: counter('outcomes_total', 'Ends of transactions and simulations', 'underlying', 'outcome'),
    waited: counter('waited_total', 'Signed messages that were not posted, by reason', 'underlying', 'reason'),
    signatures: gauge('signatures', 'Signatures of the newest message that a quorum signed; 0: none', 'underlying'),
    surfaceAge: gauge('surface_age_seconds', 'Age of the stored surface', 'underlying'),
    signerUp: gauge('signer_up', '1 while the signer answers', 'peer'),
    inFlight: gauge('in_flight', 'Transactions without a receipt'),
    gasUsed: counter('gas_used_total', 'Gas of mined transactions'),
    gasPaid: counter('gas_paid_total', 'Gas money spent, in whole units'),
    balance: gauge('native_balance', "Gas money of the poster's key, in whole units"),
    roundAt: gauge('last_round_seconds', 'Unix time of the last complete round'),
    errors: counter('errors_total', 'Failures by code', 'code'),
    rpcRequests: counter('rpc_requests_total', 'Requests to the node by method and result', 'method', 'result'),
  }
}
