/** Prometheus metrics of signers and posters, each in a registry of its own. */
import { Counter, Gauge, Registry } from 'prom-client'

/** One feed of one underlying. */
const desk = ['feed', 'underlying'] as const

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
    accepted: counter('accepted_total', 'Inputs that became a signed message', ...desk),
    refused: counter('refused_total', 'Inputs that were refused, by reason', ...desk, 'reason'),
    endorsed: counter('endorsed_total', 'Proposals of other signers that were co-signed', ...desk),
    declined: counter('declined_total', 'Proposals of other signers that were not co-signed', ...desk, 'reason'),
    ready: gauge('ready', '1 while there is a message to serve', ...desk),
    age: gauge('proposal_age_seconds', 'Head of the chain less time of the served message', ...desk),
    fitError: gauge('fit_error_points', 'Worst weighted rms error of an expiry, volatility points', 'underlying'),
    quotes: gauge('quotes', 'Quotes in the last fit', 'underlying'),
    priceAge: gauge('price_age_seconds', 'Age of the oldest newest price of a group', 'underlying'),
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
    posted: counter('posted_total', 'Messages that a feed took from this poster, by cause', ...desk, 'cause'),
    outcomes: counter('outcomes_total', 'Ends of transactions and simulations', ...desk, 'outcome'),
    waited: counter('waited_total', 'Signed messages that were not posted, by reason', ...desk, 'reason'),
    signatures: gauge('signatures', 'Signatures of the newest message that a quorum signed; 0: none', ...desk),
    age: gauge('stored_age_seconds', 'Age of what the chain has stored', ...desk),
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
