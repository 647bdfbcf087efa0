import type { Field } from './filter.ts'

const ATTRIBUTE = /^ce_[a-z\d]{1,64}$/
const DATA = 'data.'

/** Paths in JSON values could go on for ever. */
const SEGMENTS_MAX = 10

/** What the payload says, whatever the headers say. */
const OF_PAYLOAD: ReadonlyMap<string, string> = new Map([
  ['ce_id', 'id'],
  ['ce_time', 'time'],
])

/** Reads how a field is written, such as `ce_type` or `data.entity.name`; else what is wrong. */
export function readField(text: string): Field | { problem: string } {
  if (text === 'ce_type') return { text, from: 'name' }
  const own = OF_PAYLOAD.get(text)
  if (own !== undefined) return { text, from: 'data', path: [own] }
  if (ATTRIBUTE.test(text)) return { text, from: 'header', header: text }
  if (!text.startsWith(DATA)) return { problem: unknown(text) }
  const path = segmentsOf(text.slice(DATA.length))
  if (path.includes('')) return { problem: `${text}: expected no empty part in it` }
  if (path.length > SEGMENTS_MAX)
    return { problem: `${text}: expected ${SEGMENTS_MAX} parts at most` }
  return { text, from: 'data', path }
}

/** How a path is written. */
export function writePath(path: readonly string[]): string {
  return DATA + path.map((segment) => segment.replaceAll('.', '\\.')).join('.')
}

/** A dot in a key has a backslash before it. */
function segmentsOf(text: string): string[] {
  return text.split(/(?<!\\)\./).map((segment) => segment.replaceAll('\\.', '.'))
}

function unknown(text: string): string {
  const isAttribute = ['id', 'type', 'source', 'time', 'subject'].includes(text)
  const meant = isAttribute ? `ce_${text}` : `${DATA}${text}`
  return `${text}: expected ce_ and an attribute of CloudEvents, or data. and a path, such as ${meant}`
}
