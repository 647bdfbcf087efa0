import { InventoryEventsError } from '../../util/errors.ts'
import { Refused } from './route.ts'

/** Refuses what a command would refuse as well. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof InventoryEventsError) || error.code !== 'USAGE') throw error
    throw new Refused(409, error.message)
  }
}
