import { InventoryEventsError } from '../../util/errors.ts'

/** Prints to stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** An error of code USAGE: the command can't do what its arguments ask for. */
export function usage(message: string): InventoryEventsError {
  return new InventoryEventsError('USAGE', message)
}
