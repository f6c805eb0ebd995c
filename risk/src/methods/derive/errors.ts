import { RiskError } from '../../errors.ts'

/** The account holds something for which the market has no price. `subject` names it. */
export class MissingFeedError extends RiskError {
  readonly code = 'MISSING_FEED'
  readonly subject: string

  constructor(subject: string) {
    super(`The market has no data for ${subject}; add it or leave the position out.`)
    this.subject = subject
  }
}
