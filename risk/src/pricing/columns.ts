import { DomainError } from '../errors.ts'

/** @throws DomainError if a column of a batch is not `length` long. */
export function requireLength(length: number, columns: Record<string, { length: number }>): void {
  for (const [name, column] of Object.entries(columns))
    if (column.length !== length)
      throw new DomainError(`length of ${name}`, column.length, `${length}, as the others are`)
}
