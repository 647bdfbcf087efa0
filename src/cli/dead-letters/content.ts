import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import { createRegistry } from '../../avro/registry/registry.ts'
import { loadConfig } from '../../config/load-config.ts'
import { headerText } from '../../event/headers.ts'
import type { SourceRecord } from '../../event/record.ts'
import { createEventReader, type ReadRecord } from '../../explain/event-reader.ts'
import type { ContentReader } from '../../operate/dead-letters/scan-letters.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { printError } from '../shared/output.ts'

export interface OpenContentReader extends ContentReader {
  close(): void
}

/** A reader that uses the registry at SCHEMA_REGISTRY_URL. */
export function eventReader() {
  const config = loadConfig(process.env, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  return createEventReader(loadContract(config.EVENT_SCHEMAS), createRegistry(config))
}

/**
 * Reads what dead letters are about: from the payload, or, where it can't be read, from the CloudEvents
 * headers. Without a registry there are only those; it is an error if `isRequired`.
 */
export function contentReader({ isRequired }: { isRequired: boolean }): OpenContentReader {
  const hasRegistry = loadConfig(process.env).SCHEMA_REGISTRY_URL !== undefined
  const reader = isRequired || hasRegistry ? eventReader() : undefined
  let isAway = reader === undefined

  async function decoded(record: SourceRecord): Promise<ReadRecord | undefined> {
    if (isAway) return undefined
    try {
      return await reader?.read(record)
    } catch (error) {
      if (isRequired || !isTemporary(error)) throw error
      isAway = true
      printError(`ids and names are those of headers: ${messageOf(error)}`)
      return undefined
    }
  }

  return {
    async read(record) {
      const content = await decoded(record)
      if (content?.type === 'event') return { id: content.id, name: content.name }
      return { id: headerText(record, 'ce_id'), name: headerText(record, 'ce_type') }
    },
    close: () => reader?.close(),
  }
}

function isTemporary(error: unknown): boolean {
  return error instanceof InventoryEventsError && error.retryable
}
