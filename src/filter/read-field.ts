import type { Field } from './filter.ts'

const ATTRIBUTE = /^ce_[a-z\d]{1,64}$/
const DATA = 'data.'

/** Paths into JSON values have no natural limit. */
const SEGMENTS_MAX = 10

/** Attributes that are read from the payload, which takes precedence over the headers. */
const PAYLOAD_FIELDS: ReadonlyMap<string, string> = new Map([
  ['ce_id', 'id'],
  ['ce_time', 'time'],
])

/** Parses a field such as `ce_type` or `data.entity.name`. Returns a problem if it is invalid. */
export function readField(text: string): Field | { problem: string } {
  if (text === 'ce_type') return { text, from: 'name' }
  const own = PAYLOAD_FIELDS.get(text)
  if (own !== undefined) return { text, from: 'data', path: [own] }
  if (ATTRIBUTE.test(text)) return { text, from: 'header', header: text }
  if (!text.startsWith(DATA)) return { problem: unknown(text) }
  const path = segmentsOf(text.slice(DATA.length))
  if (path.includes('')) return { problem: `${text}: expected no empty parts` }
  if (path.length > SEGMENTS_MAX)
    return { problem: `${text}: expected at most ${SEGMENTS_MAX} parts` }
  return { text, from: 'data', path }
}

/** The text of a path, as `readField` parses it. */
export function writePath(path: readonly string[]): string {
  return DATA + path.map((segment) => segment.replaceAll('.', '\\.')).join('.')
}

/** A dot in a key is escaped with a backslash. */
function segmentsOf(text: string): string[] {
  return text.split(/(?<!\\)\./).map((segment) => segment.replaceAll('\\.', '.'))
}

function unknown(text: string): string {
  const isAttribute = ['id', 'type', 'source', 'time', 'subject'].includes(text)
  const meant = isAttribute ? `ce_${text}` : `${DATA}${text}`
  return `${text}: expected a CloudEvents attribute (ce_...) or a path (data....), such as ${meant}`
}
