import type { Registry } from '../../avro/registry/registry.ts'
import { createSchemaCache } from '../../avro/registry/schema-cache.ts'
import type { Contract } from '../../avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../../avro/wire-format.ts'
import type { SourceRecord } from '../../event/record.ts'
import { createPeek, type Peek } from '../../pipeline/intake/peek.ts'
import type { Clock } from '../../util/clock.ts'
import { refuseEvents } from '../search/parts.ts'

export interface OpenPeek {
  peek(record: SourceRecord): Peek
  close(): void
}

/** Reads what filters need of records. Schemas are fetched when a record needs them. */
export function openPeek(
  contract: Contract,
  registry: Pick<Registry, 'schemaById'> | undefined,
  clock: Clock,
): OpenPeek {
  if (registry === undefined) return { peek: refuseEvents, close: () => undefined }
  const schemas = createSchemaCache({ contract, fetchSchema: registry.schemaById, clock })
  return { peek: createPeek({ schemaIdOf, schemas }), close: () => schemas.close() }
}
