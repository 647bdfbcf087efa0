import { isUtf8 } from 'node:buffer'
import { timestampText } from '../../event/time/timestamp.ts'
import { type KeptState, readState } from '../../idempotency/kept-states.ts'
import { jsonText } from '../../util/text/foreign-text.ts'
import type { Table } from '../shared/table.ts'

/** What a plugin remembers of an entity, as JSON. A key that is no text is given in base64. */
export function stateJson(state: KeptState) {
  const { plugin, topic, key, text, atMs } = state
  const read = readState(state)
  return {
    plugin,
    topic,
    ...(isUtf8(key) ? { entity: key.toString() } : { keyBase64: key.toString('base64') }),
    time: timestampText(atMs),
    ...(read ?? { unreadable: text }),
  }
}

export function stateTable(states: readonly KeptState[]): Table {
  return {
    columns: ['ENTITY', 'TOPIC', 'TIME', 'VERSION', 'VALUE'],
    rows: states.map((state) => {
      const { topic, atMs } = state
      return [entityOf(state), topic, timestampText(atMs), ...shownValue(state)]
    }),
  }
}

/** The lines of one entity. */
export function stateLines(state: KeptState): string {
  const [version, value] = shownValue(state)
  return [
    `${entityOf(state)} of ${state.topic}`,
    `  time     ${timestampText(state.atMs)}`,
    `  version  ${version}`,
    `  value    ${value}`,
  ].join('\n')
}

function entityOf({ key }: KeptState): string {
  return isUtf8(key) ? key.toString() : `base64 ${key.toString('base64')}`
}

function shownValue(state: KeptState): [version: string, value: string] {
  const read = readState(state)
  if (read === undefined) return ['unreadable', state.text]
  return [String(read.version), jsonText(read.value)]
}
