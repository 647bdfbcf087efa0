import { type FileHandle, open } from 'node:fs/promises'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'

export interface Rejects {
  /** Never rejects. The first failure calls `onFailure` and is returned by `close`. */
  write(bytes: Buffer): Promise<void>
  /** Resolves with the first failure, if there was one. */
  close(): Promise<unknown>
}

/** Opens the file for bad lines; without a path they are dropped. Throws USAGE if that fails. */
export async function openRejects(
  path: string | undefined,
  onFailure: () => void,
): Promise<Rejects> {
  if (path === undefined) return { write: async () => {}, close: async () => undefined }
  const handle = await open(path, 'w').catch((error) => {
    throw unwritable(path, error)
  })
  return rejectsIn(handle, path, onFailure)
}

function rejectsIn(handle: FileHandle, path: string, onFailure: () => void): Rejects {
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
    // One at a time, so that lines written in several pieces do not interleave.
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
