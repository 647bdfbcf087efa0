import { InventoryEventsError } from '../../util/errors.ts'

/** The result of a command, for a person to read. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** What is wrong with what was asked for. */
export function usage(message: string): InventoryEventsError {
  return new InventoryEventsError('USAGE', message)
}
