import type { Figures } from '../evaluate.ts'
import { HELD_HOURS } from '../worstDays.ts'
import { image, isoHour, paragraphs, percent, table } from './text.ts'

type Costs = NonNullable<Figures['worstDays']>

function lines(costs: Costs, side: 'long' | 'short'): string {
  const own = costs.filter((cost) => cost.side === side)
  const groups = Map.groupBy(own, ({ event, underlying }) => `${event} | ${underlying}`)
  return table(
    [...groups.values()].flatMap((group) => {
      const initial = group.find(({ level }) => level === 'initial')
      const maintenance = group.find(({ level }) => level === 'maintenance')
      if (initial === undefined || maintenance === undefined) return []
      const leverage = (cost: Costs[number]) => `${cost.worst.leverage.toFixed(1)}`
      return [
        {
          event: initial.event,
          underlying: initial.underlying,
          'worst entry': isoHour(initial.worst.time),
          'worst move': percent(initial.worst.move, 1),
          'leverage, initial': leverage(initial),
          'held, initial': percent(initial.worst.held, 1),
          'liquidated, initial': percent(initial.worstLiquidated, 1),
          'mean of entries, initial': percent(initial.meanLiquidated, 2),
          'leverage, maintenance': leverage(maintenance),
          'held, maintenance': percent(maintenance.worst.held, 1),
          'liquidated, maintenance': percent(maintenance.worstLiquidated, 1),
          'mean of entries, maintenance': percent(maintenance.meanLiquidated, 2),
        },
      ]
    }),
  )
}

function verdict(costs: Costs): string {
  const worst = (part: (cost: Costs[number]) => number) => costs.toSorted((a, b) => part(b) - part(a))[0]
  const held = worst((cost) => cost.worst.held)
  const liquidated = worst(({ worstLiquidated }) => worstLiquidated)
  if (held === undefined || liquidated === undefined) return ''
  const costly = costs.filter(({ worstLiquidated }) => worstLiquidated > 0).length
  return [
    `- Without any liquidation for ${HELD_HOURS} h the worst account would have cost ${percent(held.worst.held, 1)} of its notional (${held.side} ${held.underlying}, ${held.event}, at ${held.level} margin).`,
    `- Closed one hour late, the worst would have cost ${percent(liquidated.worstLiquidated, 1)} (${liquidated.side} ${liquidated.underlying}, ${liquidated.event}, at ${liquidated.level} margin); ${costly} of ${costs.length} lines of event, underlying, side and level cost something for at least one entry hour.`,
    '- Margin alone does not carry these days. Insurance, open-interest caps and fast liquidation have to.',
  ].join('\n')
}

/** What the worst days would have cost the insurance fund. */
export function worstDaysSection(costs: Costs): string {
  return paragraphs(
    '## The worst days',
    `One account per hour of the event opens a linear position with equity equal to its requirement at that hour, initial or maintenance; leverage is 1 over it. Costs are losses beyond the account's own margin, in percent of its notional at entry, so a fund with open interest at that margin pays this share of it. "Held": nobody liquidates for ${HELD_HOURS} h, the price at the extremes of the hourly bars. "Liquidated": the account is closed whole, at the close of the hour after the first hourly close that leaves it below maintenance; hourly closes hide what happened inside an hour, price impact is not included. "Worst" is over the entry hours, "mean of entries" is the mean cost of "liquidated" over all of them. LINK on 2020-03-12 and LINK, XRP and CRV on 2025-10-10 are the perpetual's prices, which fell further than an index of spot markets.`,
    verdict(costs),
    image('worst-days.svg', 'Cost beyond initial margin of long accounts on the worst days'),
    '### Long',
    lines(costs, 'long'),
    '### Short',
    lines(costs, 'short'),
  )
}
