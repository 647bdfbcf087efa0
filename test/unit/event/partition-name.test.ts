import { expect, it } from 'vitest'
import { partitionName } from '../../../src/event/record.ts'

it('is the same text each time, also of odd topics and partitions', () => {
  const places: [string, number, string][] = [
    ['events', 0, 'events/0'],
    ['events', 12, 'events/12'],
    ['__proto__', -1, '__proto__/-1'],
    ['', Number.NaN, '/NaN'],
    ['t'.repeat(300), 1, `${'t'.repeat(300)}/1`],
  ]
  for (const _ of [1, 2]) {
    for (const [topic, partition, name] of places) {
      expect(partitionName({ topic, partition })).toBe(name)
    }
  }
})

it('is right for more partitions than are kept', () => {
  for (let partition = 0; partition < 250_000; partition++) {
    const name = partitionName({ topic: 'many', partition })
    if (name !== `many/${partition}`) expect(name).toBe(`many/${partition}`)
  }
  expect(partitionName({ topic: 'many', partition: 7 })).toBe('many/7')
})
