import { expect, it } from 'vitest'
import { partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const event = (id: string) => ({ id, kind: 'inventory.moved' })

/** A plugin's health as the pipeline sees it. */
function healthKit() {
  let pause: AbortController | undefined
  return {
    pauseOf: (slug: string) => (slug === 'plugin' ? pause?.signal : undefined),
    pause() {
      pause = new AbortController()
    },
    resume() {
      pause?.abort()
      pause = undefined
    },
  }
}

it('lets events wait while a plugin says that it cannot work, and other plugins go on', async () => {
  const health = healthKit()
  const seen: string[] = []
  const noting = (slug: string) =>
    plugin({ slug, processEvent: ({ id }) => void seen.push(`${slug} ${id}`) })
  const kit = pipelineKit({ plugins: [noting('plugin'), noting('other')], health })
  const p = partition(kit)
  health.pause()
  p.put(event('1'), 'entity')
  await kit.clock.advance(3_600_000)
  expect(seen).toEqual(['other 1'])
  expect(kit.pipeline.openBreakers()).toEqual(['plugin'])
  expect(p.ledger.watermark).toBe(0)
  health.resume()
  await kit.clock.advance(0)
  expect(seen).toEqual(['other 1', 'plugin 1'])
  expect(kit.pipeline.openBreakers()).toEqual([])
  expect(p.ledger.watermark).toBe(1)
})

it('spends no attempt of a call that fails meanwhile', async () => {
  const health = healthKit()
  const attempts: number[] = []
  const kit = pipelineKit({
    health,
    plugins: [
      plugin({
        retry: { maxAttempts: 2, initialDelayMs: 10, maxDelayMs: 10 },
        processEvent(_event, { attempt }) {
          attempts.push(attempt)
          if (attempts.length > 2) return
          health.pause()
          throw new Error('the database is gone')
        },
      }),
    ],
  })
  const p = partition(kit)
  p.put(event('1'), 'entity')
  for (let n = 0; n < 2; n++) {
    await kit.clock.advance(60_000)
    health.resume()
  }
  await kit.clock.advance(60_000)
  expect(attempts).toEqual([1, 1, 1])
  expect(kit.letters).toEqual([])
  expect(p.ledger.watermark).toBe(1)
})

it('rescues a paused record that Kafka is about to remove', async () => {
  const health = healthKit()
  let removal: string | undefined
  const kit = pipelineKit({
    health,
    removalOf: () => removal,
    plugins: [plugin({ processEvent: () => {} })],
  })
  const p = partition(kit)
  health.pause()
  p.put(event('1'), 'entity')
  await kit.clock.advance(0)
  removal = 'it is about to be removed'
  await kit.clock.advance(60_000)
  expect(kit.notes).toContain('dead letter retention')
})
