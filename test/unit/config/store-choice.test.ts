import { expect, it } from 'vitest'
import { idempotencyStore, type StoreName, storeChoice } from '../../../src/config/value-types.ts'

it.each([
  ['kafka:', { kind: 'kafka' }],
  ['memory:', { kind: 'memory' }],
  ['postgres://db/events', { kind: 'postgres', url: 'postgres://db/events' }],
  ['postgresql://db/events', { kind: 'postgres', url: 'postgres://db/events' }],
])('%s selects %j', (text, choice) => {
  expect(storeChoice(idempotencyStore.parse(text) as StoreName)).toEqual(choice)
})

it('takes no store that is not one of these', () => {
  expect(idempotencyStore.parse('redis://db')).toBeUndefined()
  // @ts-expect-error An unknown store must not compile, or it would be taken for Postgres.
  expect(storeChoice('redis://db')).toBeDefined()
})
