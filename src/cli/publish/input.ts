import { open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'

/** Opens the file, or standard input for `-`. Throws USAGE if it can't be read. */
export async function openInput(file: string, rejects: string | undefined): Promise<Readable> {
  if (file === '-') return process.stdin
  if (rejects !== undefined && resolve(rejects) === resolve(file)) {
    throw new InventoryEventsError('USAGE', `--rejects: expected a file other than ${file}`)
  }
  try {
    if ((await stat(file)).isDirectory()) throw new Error('it is a directory')
    return (await open(file)).createReadStream()
  } catch (error) {
    const message = `cannot read ${file}: ${messageOf(error)}`
    throw new InventoryEventsError('USAGE', message, { cause: error })
  }
}
