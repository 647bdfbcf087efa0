import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load-config.ts'
import type { Backlog } from '../../../src/pipeline/lanes/plugin-lanes.ts'
import { defaultsFrom, withDefaults } from '../../../src/plugin/loaded-plugin.ts'
import type { Plugin } from '../../../src/plugin/plugin.ts'
import { createGroupLife } from '../../../src/service/plugin-life.ts'
import { createLogger } from '../../../src/util/logger.ts'
import { ManualClock } from '../../support/manual-clock.ts'

async function kit(...parts: (Partial<Plugin> & { slug: string })[]) {
  const clock = new ManualClock()
  const limits: number[] = []
  const pipeline = {
    async drain(limitMs: number) {
      limits.push(limitMs)
      return 'limit' as const
    },
    backlogs: () => [{ slug: 'busy', running: 1 } as Backlog, { slug: 'a', running: 0 } as Backlog],
  }
  const defaults = defaultsFrom(loadConfig({}))
  const plugins = parts.map((part) =>
    withDefaults({ processEvent() {}, ...part }, 'x.ts', defaults),
  )
  const log = createLogger('silent')
  const life = createGroupLife({ plugins, register: new Registry(), clock, log })
  await life.start(new AbortController().signal)
  return { life, pipeline, limits }
}

it('waits a little for handlers that outlived the drain, and leaves plugins alone that are busy', async () => {
  const stopped: string[] = []
  const noting = (slug: string) => ({ slug, stop: () => void stopped.push(slug) })
  const { life, pipeline, limits } = await kit(noting('a'), noting('busy'), noting('idle'))
  await life.stop(pipeline)
  expect(stopped).toEqual(['idle', 'a'])
  expect(limits).toEqual([5_000])
})

it('waits for nothing if there is nothing to stop', async () => {
  const { life, pipeline, limits } = await kit({ slug: 'busy', start() {} })
  await life.stop(pipeline)
  expect(limits).toEqual([0])
})
