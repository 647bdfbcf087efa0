import { reject } from 'inventory-events'
import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'

it('is not ready if the dead-letter topic has fewer partitions, and loses nothing', async () => {
  const plugin = { slug: 'picky', processEvent: () => reject('no') }
  const s = await situation({ plugins: [plugin], partitions: 3, deadLetterPartitions: 2 })
  const events = Array.from({ length: 30 }, (_, n) => moved(`ent_${n}`))
  await s.produce(events.map((event, n) => ({ ...s.record(event), partition: n % 3 })))
  const service = await s.start()
  await s.caughtUp()

  const letters = await s.letters()
  expect(letters.map(({ headers }) => headers.ce_id).sort()).toEqual(
    events.map(({ id }) => id).sort(),
  )
  for (const { partition, headers } of letters) {
    expect(partition).toBe(Number(headers['dlq.partition']) % 2)
  }
  const ready = await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)
  expect(ready.status).toBe(503)
  expect(await ready.text()).toContain(s.deadLetters)
  const live = await fetch(`http://127.0.0.1:${service.httpPort}/livez`)
  expect(live.status).toBe(200)
})
