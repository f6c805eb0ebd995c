import { defineRevert } from './define.ts'
import { time, wad } from './format.ts'

export class HistoryNotNewerError extends defineRevert(
  'HistoryNotNewer',
  ({ timestamp, last }) =>
    `The history is of ${time(timestamp)}, the last one of ${time(last)}. Submit newer ones only.`,
) {}
export class ScanRangeMovedError extends defineRevert(
  'ScanRangeMoved',
  ({ quoted, current }) =>
    `The history is for a scan range of ${wad(quoted)}, now it is ${wad(current)}. Compute the caps for the range of now.`,
) {}
export class TailTooWideError extends defineRevert(
  'TailTooWide',
  ({ caps }) => `The caps ${caps} have bits above the 221 of 17 nodes. Pack them with packCaps.`,
) {}
export class CapTooSmallError extends defineRevert(
  'CapTooSmall',
  ({ node, cap, least }) =>
    `Node ${node} has a cap of ${cap} / 8191, the least is ${least}. Raise it: no history may call a tail empty.`,
) {}
