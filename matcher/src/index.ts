export { Book, type Resting, type Side } from './book/book.ts'
export { type Desk, matchOrder, type Verdict } from './book/matching.ts'
