/** What a person wants to know of a keeper that runs, or ran: read from its journal and the chain, nothing locked. */
import { assess, linearSnapshot, type Position, underlyingsOf } from '@plimsoll/sdk'
import { formatEther, formatUnits } from 'viem'
import { type Config, ownAccounts } from './config.ts'
import { connect } from './doctor.ts'
import { subjectOf } from './jobs.ts'
import { readPending } from './ports/journal.ts'

const STRIKE_DECIMALS = 8

export async function describeStatus(config: Config): Promise<string> {
  const chain = connect(config)
  const block = await chain.blockNumber()
  const accounts = await Promise.all(
    ownAccounts(config).map(async (account) => {
      const portfolio = await chain.portfolio(account, block)
      const held = underlyingsOf(portfolio.positions)
      const snapshot =
        held.length === 0
          ? linearSnapshot([])
          : await chain.series.matrix(
              held,
              portfolio.positions.map(({ instrument }) => instrument),
              block,
            )
      const { equity, maintenance } = assess(portfolio, snapshot)
      return {
        account,
        cashUsd: formatEther(portfolio.cash),
        equityUsd: formatEther(equity),
        maintenanceUsd: formatEther(maintenance),
        positions: portfolio.positions.map(described),
      }
    }),
  )
  const pending = readPending(config.journal).map(({ nonce, job, hashes, minedBlock, cancelled }) => ({
    nonce,
    job: job.action.kind,
    account: subjectOf(job.action),
    hash: hashes.at(-1),
    cancelled,
    state: minedBlock === undefined ? 'waiting' : `mined in ${minedBlock}`,
  }))
  const gasMoney = formatEther(await chain.balance(chain.signer))
  return JSON.stringify(
    { keeper: config.name, block: String(block), signer: chain.signer, gasMoney, accounts, pending },
    null,
    2,
  )
}

function described({ instrument: { underlying, kind, expiry, strike }, lots }: Position) {
  return {
    underlying,
    kind,
    ...(expiry === 0 ? {} : { expiry: new Date(expiry * 1_000).toISOString() }),
    ...(strike === 0n ? {} : { strike: formatUnits(strike, STRIKE_DECIMALS) }),
    lots: String(lots),
  }
}
