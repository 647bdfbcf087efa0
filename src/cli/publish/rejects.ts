import { type FileHandle, open } from 'node:fs/promises'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'

export interface Rejects {
  /** Never rejects: the first failure is told by `onFailure`, and by `close`. */
  write(bytes: Buffer): Promise<void>
  /** The first failure, if there was one. */
  close(): Promise<unknown>
}

/** Where bad lines are kept; without a path, nowhere. Throws USAGE if it can't be written. */
export async function openRejects(
  path: string | undefined,
  onFailure: () => void,
): Promise<Rejects> {
  if (path === undefined) return { write: async () => {}, close: async () => undefined }
  const handle = await open(path, 'w').catch((error) => {
    throw unwritable(path, error)
  })
  return keepIn(handle, path, onFailure)
}

function keepIn(handle: FileHandle, path: string, onFailure: () => void): Rejects {
  let failure: InventoryEventsError | undefined
  let last: Promise<void> = Promise.resolve()

  async function append(bytes: Buffer): Promise<void> {
    try {
      if (failure === undefined) await handle.appendFile(bytes)
    } catch (error) {
      failure = unwritable(path, error)
      onFailure()
    }
  }

  return {
    // One after the other: a line in pieces is not to be torn apart by another one.
    write(bytes) {
      last = last.then(() => append(bytes))
      return last
    },
    async close() {
      await last
      await handle.close()
      return failure
    },
  }
}

function unwritable(path: string, error: unknown): InventoryEventsError {
  const message = `cannot write ${path}: ${messageOf(error)}`
  return new InventoryEventsError('USAGE', message, { cause: error })
}
