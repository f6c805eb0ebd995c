import { RiskError } from '../errors.ts'

/** A price under the undiscounted intrinsic value: no volatility, however small, gives so little. Both before discounting. */
export class PriceBelowIntrinsicError extends RiskError {
  readonly code = 'PRICE_BELOW_INTRINSIC'
  readonly price: number
  readonly intrinsic: number

  constructor(price: number, intrinsic: number) {
    super(
      `No volatility gives the undiscounted price ${price}: it is below the intrinsic value ${intrinsic}. ` +
        'Check forward, discount and the side of the quote.',
    )
    this.price = price
    this.intrinsic = intrinsic
  }
}

/** A price that no finite volatility reaches: a call's limit is the forward, a put's the strike. Both before discounting. */
export class PriceAboveMaximumError extends RiskError {
  readonly code = 'PRICE_ABOVE_MAXIMUM'
  readonly price: number
  readonly maximum: number

  constructor(price: number, maximum: number) {
    super(
      `No volatility gives the undiscounted price ${price}: it must stay below ${maximum}, the forward for a call and ` +
        'the strike for a put. Check forward, discount and the unit of the quote.',
    )
    this.price = price
    this.maximum = maximum
  }
}
