import { expect, it } from 'vitest'
import { NO_HEADERS } from '../../../src/event/headers.ts'
import type { KnownRecord } from '../../../src/explain/record.ts'
import { loadRemembered } from '../../../src/explain/remembered.ts'
import type { KeptState, StateQuery } from '../../../src/idempotency/kept-states.ts'
import { plugin } from '../../support/pipeline-kit.ts'

const { signal } = new AbortController()
const state = { version: 1, initial: () => 0, maxBytes: 100 }
const counts = plugin({ slug: 'counts', state, processEvent() {} })
const plain = plugin({ slug: 'plain', processEvent() {} })

function record(key: string | null, offset = 0): KnownRecord {
  const common = { topic: 't', partition: 3, offset, timestampMs: 0, headers: NO_HEADERS }
  const read = { type: 'undecodable', why: '' } as const
  const keyBytes = key === null ? null : Buffer.from(key)
  const found = { ...common, key: keyBytes, value: null }
  return { record: found, read, knownBy: 'payload', print: undefined, hash: undefined }
}

function kept(...texts: string[]) {
  const queries: StateQuery[] = []
  let opened = 0
  let closed = 0
  const key = Buffer.from('ent_1')
  const states = texts.map(
    (text): KeptState => ({ plugin: 'counts', topic: 't', key, text, atMs: 0 }),
  )
  const open = async () => {
    opened += 1
    return {
      async read(query: StateQuery, onState: (state: KeptState) => void | Promise<void>) {
        queries.push(query)
        for (const each of states) await onState(each)
        return new Set<string>()
      },
      async close() {
        closed += 1
      },
    }
  }
  return { open, queries, counts: () => ({ opened, closed }) }
}

it('reads each entity once, in the partition of its records', async () => {
  const { open, queries, counts: opens } = kept('{"version":1,"value":{"n":4}}')
  const records = [record('ent_1'), record('ent_1', 1), record(null)]
  const of = await loadRemembered(open, records, [counts, plain], signal)
  const found = { type: 'state', version: 1, value: { n: 4 }, at: '1970-01-01T00:00:00.000Z' }
  expect(records.map((each) => of(each, counts))).toEqual([found, found, null])
  expect(of(records[0]!, plain)).toBeNull()
  expect(queries).toEqual([{ topic: 't', partition: 3, key: Buffer.from('ent_1') }])
  expect(opens()).toEqual({ opened: 1, closed: 1 })
})

it('says that nothing is remembered, and what cannot be read', async () => {
  const none = await loadRemembered(kept().open, [record('ent_1')], [counts], signal)
  expect(none(record('ent_1'), counts)).toEqual({ type: 'nothing' })
  const broken = await loadRemembered(kept('{').open, [record('ent_1')], [counts], signal)
  expect(broken(record('ent_1'), counts)).toMatchObject({ type: 'unreadable' })
})

it('opens no store where no plugin has state', async () => {
  const { open, counts: opens } = kept()
  await loadRemembered(open, [record('ent_1')], [plain], signal)
  expect(opens().opened).toBe(0)
})
