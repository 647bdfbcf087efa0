import { expect, it } from 'vitest'
import { consoleSettings } from '../../../src/config/console-settings.ts'
import { seesContent, VisibleFields } from '../../../src/console/access/visible-fields.ts'
import type { Event } from '../../../src/event/event.ts'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { moved, pluginEvent, withAttributes } from '../../support/events.ts'

const reader = { name: 'r', role: 'reader' } as const
const operator = { name: 'o', role: 'operator' } as const
const visible = (list: string) =>
  new VisibleFields(consoleSettings.CONSOLE_READER_FIELDS.type.parse(list)!, {
    inventoryKinds: INVENTORY_KINDS,
  })
const event = withAttributes(moved('e1', 7, 'id1'), {
  grade: 'A',
  patient: 'Ada',
  inner: [{ a: 1, b: 2 }],
})

it('a reader sees ids, kind and time, and no more without an allow-list', () => {
  const { event: seen, masked } = visible('').of(event, reader)
  const ids = {
    id: 'id1',
    kind: event.kind,
    time: event.time,
    transactionId: '7',
    flowId: 'flow_1',
  }
  expect(seen).toEqual({ ...ids, entity: { id: 'e1' } })
  expect(masked).toEqual(['entity.*', 'from', 'to'])
})

it('a reader sees the fields of the allow-list, in lists as well', () => {
  const { event: seen, masked } = visible(
    'entity.attributes.grade, entity.attributes.inner.a,to',
  ).of(event, reader)
  expect(seen).toMatchObject({
    entity: { id: 'e1', attributes: { grade: 'A', inner: [{ a: 1 }] } },
  })
  expect(seen).toMatchObject({ to: event.to })
  expect(JSON.stringify(seen)).not.toContain('Ada')
  // Keys of maps are content, so they are not named.
  expect(masked).toEqual(['entity.*', 'entity.attributes.*', 'entity.attributes.inner.*', 'from'])
})

it('fields that only look like ids are masked in kinds of others', () => {
  const other = {
    id: 'i',
    kind: 'own.sold',
    time: 't',
    entityId: 'e',
    transactionId: 'Ada',
    name: 'Ada',
  }
  const seen = visible('').of(other as unknown as Event, reader)
  expect(seen).toEqual({
    event: { id: 'i', kind: 'own.sold', time: 't' },
    masked: ['entityId', 'transactionId', 'name'],
  })
  const plugin = visible('').of(pluginEvent('stockitem.edited', { who: 'Ada' }), reader)
  expect(plugin.event).toMatchObject({ name: 'stockitem.edited' })
  expect(plugin.masked).toEqual(['args', 'kwargs'])
})

it('a name that objects inherit is no field of the list', () => {
  const strange = { ...event, constructor: 'Ada', toString: 'Ada' }
  const { masked, event: seen } = visible('').of(strange as unknown as Event, reader)
  expect(JSON.stringify(seen)).not.toContain('Ada')
  expect(masked).toContain('constructor')
})

it('an operator sees everything', () => {
  expect(visible('').of(event, operator)).toEqual({ event, masked: [] })
  expect([seesContent(operator), seesContent(reader)]).toEqual([true, false])
})

it.each(['a..b', '.a', 'a,,b', 'a b', 'a.'])('"%s" is no list of fields', (list) => {
  expect(consoleSettings.CONSOLE_READER_FIELDS.type.parse(list)).toBeUndefined()
})
