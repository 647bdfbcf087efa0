import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import type { Bench } from './bench.ts'
import type { Contender } from './compare.ts'
import { withGroup } from './group.ts'
import type { Sample } from './meter.ts'
import { namesOf } from './wants.ts'

/** A reader in another language: runs with these arguments, or can't run on this machine. */
export type Reader = ((args: readonly string[]) => Promise<Sample>) | { missing: string }

export interface DecodingClient {
  contenders: Contender[]
  notes: string[]
}

/**
 * A client that decodes every record and compares its name with what plugins want. No contender, and a
 * note why, where it can't run. A run that counts other events than the plugins want fails.
 */
export function decodingClient(
  name: string,
  reader: Reader,
  { brokers, registryUrl, kafka, dataset }: Bench,
  { wants, plugins }: { wants: 'none' | 'by-name'; plugins: number },
): DecodingClient {
  if ('missing' in reader) return { contenders: [], notes: [`skipped: ${name}: ${reader.missing}`] }
  const { topic, recordsInAll } = dataset
  const names = namesOf(wants, plugins).map(recordNameOf).join()
  const run = async (): Promise<Sample> => {
    const sample = await withGroup(kafka, topic, (groupId) =>
      reader([brokers, topic, groupId, String(recordsInAll), registryUrl, names]),
    )
    const [found, wanted] = [sample.more?.wanted, dataset.wanted(wants, plugins)]
    if (found !== wanted) throw new Error(`${name}: expected ${wanted} wanted events, got ${found}`)
    return sample
  }
  return { contenders: [{ name, run }], notes: [] }
}

/** The kind of an inventory event is the name of its record schema. */
function recordNameOf(name: string): string {
  return builtInContract().schemas.find((schema) => schema.name === name)?.fullName ?? name
}
