export { type Black76Greeks, black76Greeks, black76Price, type OptionKind } from './black76.ts'
