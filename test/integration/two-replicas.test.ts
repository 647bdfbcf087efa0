import { expect, it } from 'vitest'
import type { InventoryMovedEvent } from '../../src/event/event.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

interface Effect {
  replica: string
  entity: string
  n: number
}

it('shares the partitions, and keeps events and their order when a replica stops', async () => {
  const effects: Effect[] = []
  const of = (replica: string) => effects.filter((effect) => effect.replica === replica)
  const s = await situation({ plugins: [], partitions: 6 })
  const first = await s.start({}, [noting('first', effects)])
  const second = await s.start({}, [noting('second', effects)])
  const isShared = async () => (await sharesOf(s)).join() === '3,3'
  await until(isShared, { what: 'each replica to have three partitions' })

  const entities = Array.from({ length: 60 }, (_, i) => `ent_${i}`)
  const events = Array.from({ length: 3_000 }, (_, i) =>
    moved(entities[i % 60]!, Math.floor(i / 60)),
  )
  await s.publish(events.slice(0, 1_500))
  const bothWork = () => of('first').length > 200 && of('second').length > 200
  await until(bothWork, { what: 'both replicas to handle events' })
  const stopped = second.stop()
  await s.publish(events.slice(1_500))
  expect(await stopped).toBe('drained')
  const doneBySecond = of('second').length
  const hasAll = async () => (await sharesOf(s)).join() === '6'
  await until(hasAll, { what: 'the remaining replica to have all partitions' })
  await s.caughtUp()

  expect(of('second')).toHaveLength(doneBySecond)
  const entitiesOf = (some: Effect[]) => new Set(some.map(({ entity }) => entity))
  expect(entitiesOf(of('first'))).toEqual(new Set(entities))
  expect(entitiesOf(of('second')).size).toBeGreaterThan(10)
  for (const entity of entities) {
    const its = effects.filter((effect) => effect.entity === entity)
    expect(
      its.map(({ n }) => n),
      entity,
    ).toEqual(Array.from({ length: 50 }, (_, n) => n))
  }
  expect(await first.metric('unaccounted_deliveries')).toBe(0)
})

/** The partition count of each member, ascending. */
async function sharesOf(s: Awaited<ReturnType<typeof situation>>): Promise<number[]> {
  return (await s.members()).map((partitions) => partitions.length).sort()
}

/** Takes some time for each event, so that the stop comes halfway. */
function noting(replica: string, effects: Effect[]): Plugin {
  return {
    slug: 'noting',
    concurrency: 4,
    async processEvent(event) {
      await new Promise((resolve) => setTimeout(resolve, 2))
      const { entity, transactionId } = event as InventoryMovedEvent
      effects.push({ replica, entity: entity.id, n: Number(transactionId) })
    },
  }
}
