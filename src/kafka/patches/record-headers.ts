import type { RecordHeaders } from '../../event/record.ts'
import { addHeader } from '../../event/record.ts'
import { prototypeIn } from './internals.ts'

interface Decoder {
  readVarInt(): number
  readVarIntArray(read: (decoder: Decoder) => Header): { reduce(): RecordHeaders }
}

interface Header {
  key: string
  value: Buffer | null
}

let isPatched = false

/**
 * Reads a record's headers whatever their names are, in time linear in their number. kafkajs takes
 * what every object inherits for a value of the same name: a header `constructor` becomes a list that
 * begins with a function, which no dead letter can hold, so that its record blocks its partition. And
 * it copies all headers for each further one.
 */
export function readAnyHeaderName(): void {
  if (isPatched) return
  isPatched = true
  const decoder = prototypeIn<Decoder>('protocol/decoder')
  if (decoder === undefined) return
  // Its only caller, the decoder of records, reduces the list to an object.
  decoder.readVarIntArray = function readHeaders(read) {
    const headers: RecordHeaders = {}
    const count = this.readVarInt()
    for (let i = 0; i < count; i++) {
      const { key, value } = read(this)
      addHeader(headers, key, value)
    }
    return { reduce: () => headers }
  }
}
