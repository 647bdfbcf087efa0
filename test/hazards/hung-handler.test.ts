import { describe, expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { HOLDS_MS, until } from '../support/stack.ts'

describe('a handler that never ends', () => {
  it('the service names the plugin and ends', async () => {
    const plugin = {
      slug: 'hung',
      timeoutMs: 200,
      processEvent: () => Promise.withResolvers<void>().promise,
    }
    const settings = { HANDLER_GRACE_MS: '200', DRAIN_TIMEOUT_MS: '200' }
    const s = await situation({ plugins: [plugin], partitions: 1, settings })
    const service = await s.start()
    const move = moved('ent_1')
    await s.publish([move])
    const ends = () => service.failures[0]
    const failure = await until(ends, { what: 'the service to end', timeoutMs: HOLDS_MS })
    expect(failure).toMatchObject({
      code: 'HANDLER_TIMEOUT',
      message: `plugin hung ignores its abort signal: its handler for inventory.moved ${move.id} at ${s.topic}/0@0 does not end`,
    })
    expect((await s.offsets())[0]).toMatchObject({ committed: 0 })
  })
})
