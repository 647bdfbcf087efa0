import { expect, it } from 'vitest'
import type { StatePluginContext } from '../../../../src/plugin/plugin.ts'
import {
  type HandlerReturn,
  reject,
  retryAfter,
  skip,
} from '../../../../src/plugin/returns/returns.ts'
import { partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

it.each<[string, () => HandlerReturn | undefined, boolean]>([
  ['returns nothing', () => undefined, true],
  ['skips', () => skip('nothing to do'), true],
  ['rejects', () => reject('no'), false],
  ['asks for a later call until its attempts are used up', () => retryAfter(0, 'limited'), false],
  [
    'throws',
    () => {
      throw new Error('failed')
    },
    false,
  ],
])('what a handler sets is kept if it ends well: it %s', async (_what, end, isKept) => {
  const sets = plugin({
    retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
    state: { version: 1, initial: () => 0, maxBytes: 1_000 },
    processEvent(_event, context) {
      ;(context as StatePluginContext).state.set(1)
      return end()
    },
  })
  const kit = pipelineKit({ plugins: [sets] })
  const { epoch, put } = partition(kit)
  put({ id: 'a', kind: 'inventory.moved' })
  await kit.clock.advance(1_000)
  expect(kit.ended).toHaveLength(1)
  const stored = await kit.store.stateOf(epoch, 'plugin', Buffer.from('key'))
  expect(stored).toEqual(isKept ? { text: '{"version":1,"value":1}' } : undefined)
})
