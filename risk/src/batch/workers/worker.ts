/** Thread of a `MarginPool`: a `MarginBook` of its own accounts, results in shared memory. */
import { parentPort, workerData } from 'node:worker_threads'
import { MarginBook } from '../marginBook.ts'
import type { Answer, Command, WorkerStart } from './messages.ts'

function execute(book: MarginBook, command: Command): number {
  switch (command.kind) {
    case 'remargin':
      book.remargin()
      return book.accounts
    case 'tick':
      return book.tick(command.underlying)
    case 'position':
      book.setPosition(command.account, command.instrument, command.quantity)
      return 1
    case 'cash':
      book.setCash(command.account, command.cash)
      return 1
  }
}

function answer(act: () => { touched: number; bytes: number }): Answer {
  try {
    return { kind: 'done', ...act() }
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

function serve({ layout, matrix, accounts, results }: WorkerStart): void {
  const port = parentPort
  if (port === null) throw new Error('This file is a worker thread: start it through MarginPool.')
  const ready = answer(() => {
    const book = new MarginBook(layout, matrix, accounts, results)
    port.on('message', (command: Command) => {
      port.postMessage(answer(() => ({ touched: execute(book, command), bytes: book.bytes })))
    })
    return { touched: 0, bytes: book.bytes }
  })
  port.postMessage(ready)
}

serve(workerData as WorkerStart)
