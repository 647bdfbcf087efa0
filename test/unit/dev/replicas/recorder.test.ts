import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Event, type Plugin, type PluginContext, skip } from 'inventory-events'
import { expect, it, onTestFinished } from 'vitest'
import { EFFECTS_FILE, effectsFileOf, parseEffect } from '../../../../src/dev/replicas/effect.ts'
import { recorded } from '../../../../src/dev/replicas/recorder.ts'

const event = { id: 'e1', name: 'build.issued', time: '', args: [], kwargs: {} } as Event
const record = { topic: 't', partition: 2, offset: 7, timestampMs: 0, key: 'build:1' }
const context = { attempt: 2, record } as PluginContext

it('writes a line only for events that the handler processed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'effects-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = effectsFileOf(process.pid)
  expect(file).toMatch(EFFECTS_FILE)
  const answers = [() => undefined, () => skip('no'), () => Promise.reject(new Error('failed'))]
  for (const [index, processEvent] of answers.entries()) {
    const plugin = recorded({ slug: `p${index}`, processEvent } as Plugin, folder)
    await Promise.resolve(plugin.processEvent(event, context)).catch(() => undefined)
  }
  const lines = (await readFile(join(folder, file), 'utf8')).trimEnd().split('\n')
  expect(lines.map(parseEffect)).toMatchObject([
    {
      plugin: 'p0',
      eventId: 'e1',
      key: 'build:1',
      topic: 't',
      partition: 2,
      offset: 7,
      attempt: 2,
    },
  ])
})
