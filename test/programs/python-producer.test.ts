import { describe, expect, it } from 'vitest'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { moved } from '../support/events.ts'
import { producePython, pythonMissing } from '../support/python.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { endpoints } from '../support/stack.ts'

const missing = pythonMissing()

describe.skipIf(missing !== undefined)(
  `a Python producer${missing ? ` (no ${missing})` : ''}`,
  () => {
    it("is handled, in the partition and order of its entity's other events", async () => {
      const { plugin, seen } = recorder()
      const s = await situation({ registered: true, plugins: [plugin], partitions: 7 })
      const bare = moved('ent_ünï_1', 1)
      const attributes = { temp: -4, tags: ['a', null, { deep: true }], note: 'Größe' }
      const entity = { ...bare.entity, quantity: 12.5, attributes }
      const event = { ...bare, entity, time: '2024-01-15T10:30:00.123456Z' }
      const partition = await producePython({
        brokers: endpoints().brokers,
        registry: endpoints().registryUrl,
        topic: s.topic,
        schema: builtInContract().of(event).text,
        key: event.entity.id,
        event,
      })
      const second = moved(event.entity.id, 2)
      await s.publish([second])
      const ends = await s.offsets()
      expect(ends.filter(({ end }) => end > 0)).toEqual([
        { partition: Number(partition), committed: 0, end: 2 },
      ])

      await s.start()
      await s.caughtUp()
      expect(seen).toEqual([event, second])
      expect(await s.letters()).toEqual([])
    }, 400_000)
  },
)
