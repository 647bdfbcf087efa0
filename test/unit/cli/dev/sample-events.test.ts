import { expect, it } from 'vitest'
import { newEvents } from '../../../../src/cli/dev/sample-events.ts'
import { nameOf } from '../../../../src/event/guards.ts'
import { INVENTORY_KINDS } from '../../../../src/event/kinds.ts'
import { validateEvent } from '../../../../src/event/validation/validate.ts'
import { textOf } from '../../../support/repo-files.ts'

const clock = { now: () => Date.parse('2026-01-15T10:30:00Z') }

it('makes new events of the lines, each time', () => {
  const text = '{"name":"mine","id":"old","time":"2020-01-01T00:00:00Z"}\n\n{"name":"yours"}\n'
  const [first, again] = [newEvents(text, clock), newEvents(text, clock)]
  expect(first.map(nameOf)).toEqual(['mine', 'yours'])
  expect(first[0]).toMatchObject({ time: '2026-01-15T10:30:00.000Z' })
  expect(new Set([...first, ...again].map(({ id }) => id)).size).toBe(4)
})

it('names the line that is no JSON', () => {
  expect(() => newEvents('{"name":"mine"}\n{"name"', clock)).toThrow(/^line 2: /)
})

it('those of a new project are valid', () => {
  const events = newEvents(textOf('templates/project/events.jsonl'), clock)
  expect(
    events.map((event) => validateEvent(INVENTORY_KINDS, event)).filter(({ ok }) => !ok),
  ).toEqual([])
  expect(events.length).toBe(3)
})
