import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'

/** A request of Kafka's protocol, in the versions that are written and read here. */
export interface RequestType<Body, Answer> {
  /** For messages. */
  name: string
  /** The number of the API. https://kafka.apache.org/protocol#protocol_api_keys */
  apiKey: number
  versions: { oldest: number; newest: number }
  /** The first version in the compact encoding; undefined if none of the versions is. */
  compactSince?: number
  write(writer: Writer, body: Body, version: number): void
  /** Views into the response may be kept. Throws RangeError if it ends early. */
  read(reader: Reader, version: number): Answer
}

export function isCompact({ compactSince = Infinity }: { compactSince?: number }, version: number) {
  return version >= compactSince
}
