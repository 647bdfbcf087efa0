const FORMAT_VERSION = 1
const KEY = 'committed:'

/** Key and value in the control topic for a partition, named `topic/partition`, that a group committed. */
export function encodeCommitted(place: string, at: string): { key: string; value: Buffer } {
  return { key: `${KEY}${place}`, value: Buffer.from(JSON.stringify({ v: FORMAT_VERSION, at })) }
}

/** The partition that a record of the control topic is about; its being there says all. */
export function committedPlaceOf(key: string): string | undefined {
  return key.startsWith(KEY) ? key.slice(KEY.length) : undefined
}
