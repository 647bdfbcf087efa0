import { decisionIn } from '../../dead-letter/decision.ts'
import { originalHeaders, readDeadLetter } from '../../dead-letter/read-dead-letter.ts'
import { headersByName } from '../../event/headers.ts'
import type { SourceRecord } from '../../event/record.ts'
import { readRecord } from '../../kafka/reader/read-record.ts'
import { foreignText, jsonText } from '../../util/text/foreign-text.ts'
import { connectionOf } from '../shared/connection.ts'
import { print, printJson, usage } from '../shared/output.ts'
import { eventReader } from './content.ts'
import { letterJson } from './found-letter.ts'
import { placeFrom } from './place.ts'

type Shown = Record<string, unknown>

/** Prints a dead letter: its cause, its headers, and its event or its bytes. */
export async function showDeadLetter(place: string, { json }: { json?: true }): Promise<void> {
  const { kafka } = connectionOf(process.env)
  const reader = eventReader()
  try {
    const record = await readRecord(kafka, placeFrom(place))
    if (record === undefined || decisionIn(record) !== undefined) {
      throw usage(`there is no dead letter at ${place}`)
    }
    const { id, name, content } = await contentOf(record)
    const listed = { read: readDeadLetter(record), settlement: { type: 'open' }, id, name } as const
    // Whether it is still open is known to `list`, which reads what was redriven and discarded.
    const { status: _, ...letter } = letterJson(listed)
    const shown: Shown = { ...letter, headers: textHeaders(record), ...content }
    if (json) printJson(shown)
    else print(linesOf(shown).join('\n'))
  } finally {
    reader.close()
  }

  async function contentOf(record: SourceRecord) {
    const read = await reader.read(record)
    switch (read.type) {
      case 'event': {
        const { id, name, schema, schemaId, event } = read
        return { id, name, content: { schema, schemaId, event } }
      }
      case 'tombstone':
        return { id: undefined, name: undefined, content: { value: null } }
      case 'undecodable':
      case 'waiting': {
        const value = record.value?.toString('base64')
        return { id: undefined, name: undefined, content: { undecodable: read.why, value } }
      }
    }
  }
}

/** A line for each field that is set; objects follow their name, indented. */
function linesOf(shown: Shown): string[] {
  const rows = Object.entries(shown).filter(([, value]) => value !== undefined && value !== null)
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.flatMap(([name, value]) => {
    if (typeof value !== 'object') return `${name.padEnd(width)}  ${foreignText(String(value))}`
    return [name, ...jsonText(value, 2).split('\n')]
  })
}

function textHeaders(record: SourceRecord): Record<string, unknown> {
  return headersByName(originalHeaders(record), (value) => String(value ?? ''))
}
