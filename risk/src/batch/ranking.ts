import { DomainError } from '../errors.ts'

/** True when item a comes after item b: greater distance, or equal distance and greater number. */
function isAfter(distances: Float64Array, a: number, b: number): boolean {
  const x = distances[a] ?? 0
  const y = distances[b] ?? 0
  return x > y || (x === y && a > b)
}

/** Restores the heap order (the root comes last) below `root`. */
function siftDown(heap: Uint32Array, length: number, root: number, distances: Float64Array): void {
  let parent = root
  for (;;) {
    let last = parent
    for (let child = 2 * parent + 1; child <= 2 * parent + 2 && child < length; child++) {
      if (isAfter(distances, heap[child] ?? 0, heap[last] ?? 0)) last = child
    }
    if (last === parent) return
    const moved = heap[parent] ?? 0
    heap[parent] = heap[last] ?? 0
    heap[last] = moved
    parent = last
  }
}

/**
 * The `count` items of least distance, ascending, equal distances by ascending number; fewer when there are fewer.
 * Partial selection: one pass with a heap of `count` items, n + count log(count) log(n) steps on average, no full sort.
 * `distances` must hold no NaN. Throws DomainError for a `count` that is no natural number.
 */
export function nearest(distances: Float64Array, count: number): Uint32Array {
  if (!Number.isInteger(count) || count < 0) throw new DomainError('count', count, 'a natural number')
  const length = Math.min(count, distances.length)
  const heap = new Uint32Array(length)
  for (let i = 0; i < length; i++) heap[i] = i
  for (let root = (length >> 1) - 1; root >= 0; root--) siftDown(heap, length, root, distances)
  for (let i = length; i < distances.length && length > 0; i++) {
    if (!isAfter(distances, heap[0] ?? 0, i)) continue
    heap[0] = i
    siftDown(heap, length, 0, distances)
  }
  for (let end = length - 1; end > 0; end--) {
    const last = heap[0] ?? 0
    heap[0] = heap[end] ?? 0
    heap[end] = last
    siftDown(heap, end, 0, distances)
  }
  return heap
}
