export * from './regT.ts'
export { cover, type Leg, matchSpreads, type Spread, straddleCharge, strikeLoss } from './strategies.ts'
