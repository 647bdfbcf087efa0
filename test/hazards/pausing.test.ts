import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { pluginEvent } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { HOLDS_MS } from '../support/stack.ts'

const PADDING = 'x'.repeat(2_000)
/** Shared by this plugin and the internal one for undecodable records: some 250 events each. */
const ROOM = '1048576'

/** How often the partition is paused while the plugin handles all events. */
async function pauses(count: number, handlerMs: number, concurrency: number): Promise<number> {
  const handled: string[] = []
  const plugin: Plugin = {
    slug: 'working',
    concurrency,
    async processEvent({ id }) {
      await sleep(handlerMs)
      handled.push(id)
    },
  }
  const s = await situation({ plugins: [plugin], partitions: 1 })
  const events = Array.from({ length: count }, (_, n) =>
    pluginEvent('padded', { id: `ent_${n}`, padding: PADDING }),
  )
  await s.publish(events)
  const { log } = await s.start({ MAX_IN_FLIGHT_BYTES: ROOM })
  await s.caughtUp(HOLDS_MS)
  expect(handled.sort()).toEqual(events.map(({ id }) => id).sort())
  return log.filter(({ msg }) => msg === 'partition paused').length
}

describe('a plugin has no room for more events', () => {
  it('the service waits without pausing the partition if there is room again soon', async () => {
    expect(await pauses(800, 100, 16)).toBe(0)
  })

  it('the service pauses it if there is no room for long, and goes on when there is', async () => {
    expect(await pauses(400, 100, 4)).toBeGreaterThan(0)
  })
})
