import { expect, it } from 'vitest'
import { loadConfig } from '../../../../src/config/load-config.ts'
import {
  PluginLife,
  START_LIMIT_MS,
  STOP_LIMIT_MS,
} from '../../../../src/plugin/life/plugin-life.ts'
import type { PluginMetrics } from '../../../../src/plugin/life/plugin-metrics.ts'
import {
  defaultsFrom,
  type LoadedPlugin,
  withDefaults,
} from '../../../../src/plugin/loaded-plugin.ts'
import type { Plugin, StartContext } from '../../../../src/plugin/plugin.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const NOBODY = () => false
const never = () => new Promise<void>(() => {})

function kit(
  ...parts: (Partial<Plugin> & { slug: string } & Partial<Pick<LoadedPlugin, 'secretTexts'>>)[]
) {
  const clock = new ManualClock()
  const lines: [slug: string, fields: unknown, message?: string][] = []
  const note = (slug: string) => (fields: unknown, message?: string) =>
    void lines.push([slug, fields, message as string])
  const logOf = (slug: string) => {
    return { debug: note(slug), info: note(slug), warn: note(slug), error: note(slug) }
  }
  const plugins = parts.map(({ secretTexts = [], ...plugin }) => ({
    ...withDefaults({ processEvent() {}, ...plugin }, 'x.ts', defaultsFrom(loadConfig({}))),
    secretTexts,
  }))
  const life = new PluginLife({ plugins, logOf, metricsOf: () => ({}) as PluginMetrics, clock })
  const stopping = new AbortController()
  return { life, clock, lines, stopping, start: () => life.start(stopping.signal) }
}

/** A plugin that notes when it is started and stopped. */
function noting(slug: string, notes: string[], part: Partial<Plugin> = {}) {
  return {
    slug,
    start: () => void notes.push(`start ${slug}`),
    stop: () => void notes.push(`stop ${slug}`),
    ...part,
  }
}

it('starts plugins in order and stops them in reverse, each once', async () => {
  const notes: string[] = []
  const { life, start } = kit(...['a', 'b', 'c'].map((slug) => noting(slug, notes)))
  await start()
  await life.stop(NOBODY)
  await life.stop(NOBODY)
  expect(notes).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a'])
})

it('begins with the next when the one before has started, and stops alike', async () => {
  const notes: string[] = []
  const slow = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<void>()
  const a = noting('a', notes, { start: () => slow.promise })
  const b = noting('b', notes, { stop: () => ending.promise })
  const { life, start, clock } = kit(a, b)
  const started = start()
  await clock.advance(0)
  expect(notes).toEqual([])
  slow.resolve()
  await started
  const stopped = life.stop(NOBODY)
  await clock.advance(0)
  expect(notes).toEqual(['start b'])
  ending.resolve()
  await stopped
  expect(notes).toEqual(['start b', 'stop a'])
})

it('stops those that have started when one throws, and names it', async () => {
  const notes: string[] = []
  const fails = () => {
    throw new TypeError('no pool')
  }
  const b = noting('b', notes, { start: fails })
  const { start } = kit(noting('a', notes), b, noting('c', notes))
  await expect(start()).rejects.toMatchObject({
    code: 'PLUGIN_START_FAILED',
    plugin: 'b',
    message: expect.stringMatching(/^plugin b: start failed: TypeError: no pool at .*:\d+:\d+$/),
  })
  expect(notes).toEqual(['start a', 'stop a'])
})

it('ends a start that hangs at its limit, and aborts its signal', async () => {
  const notes: string[] = []
  let signal: AbortSignal | undefined
  const b = noting('b', notes, {
    start(context: StartContext) {
      signal = context.signal
      return never()
    },
  })
  const { start, clock } = kit(noting('a', notes), b)
  const started = start()
  started.catch(() => undefined)
  await clock.advance(START_LIMIT_MS - 1)
  expect(signal?.aborted).toBe(false)
  await clock.advance(1)
  const message = 'plugin b: start failed: expected it to end within 30 s'
  await expect(started).rejects.toMatchObject({ code: 'PLUGIN_START_FAILED', message })
  expect(signal?.aborted).toBe(true)
  expect(notes).toEqual(['start a', 'stop a'])
})

it('ends a start when the service is stopped, and begins no other', async () => {
  const notes: string[] = []
  const b = noting('b', notes, { start: never })
  const { start, stopping, clock } = kit(noting('a', notes), b, noting('c', notes))
  const started = start()
  started.catch(() => undefined)
  await clock.advance(0)
  stopping.abort()
  await expect(started).rejects.toMatchObject({ plugin: 'b' })
  expect(notes).toEqual(['start a', 'stop a'])
})

it('stops the others when one throws or hangs, and logs why', async () => {
  const notes: string[] = []
  const hangs = noting('hangs', notes, { stop: never })
  const rejects = noting('rejects', notes, { stop: () => Promise.reject(new Error('still open')) })
  const throws = noting('throws', notes, {
    stop() {
      throw new Error('closed before')
    },
  })
  const { life, start, clock, lines } = kit(noting('a', notes), hangs, rejects, throws)
  await start()
  const stopped = life.stop(NOBODY)
  await clock.advance(STOP_LIMIT_MS)
  await stopped
  expect(notes.at(-1)).toBe('stop a')
  const failed = 'stop of the plugin failed'
  expect(lines).toEqual([
    ['throws', { err: expect.objectContaining({ message: 'closed before' }) }, failed],
    ['rejects', { err: expect.objectContaining({ message: 'still open' }) }, failed],
    [
      'hangs',
      { err: expect.objectContaining({ message: 'expected it to end within 5 s' }) },
      failed,
    ],
  ])
})

it('does not stop a plugin whose handler still runs', async () => {
  const notes: string[] = []
  const { life, start, lines } = kit(noting('a', notes), noting('b', notes))
  await start()
  await life.stop((slug) => slug === 'b')
  expect(notes).toEqual(['start a', 'start b', 'stop a'])
  const why = 'stop is not called: a handler of the plugin still runs'
  expect(lines).toEqual([['b', why, undefined]])
})

it('aborts the signal of start before stop', async () => {
  const aborted: boolean[] = []
  let signal: AbortSignal | undefined
  const { life, start } = kit({
    slug: 'a',
    start(context) {
      signal = context.signal
    },
    stop: () => void aborted.push(signal?.aborted === true),
  })
  await start()
  expect(signal?.aborted).toBe(false)
  await life.stop(NOBODY)
  expect(aborted).toEqual([true])
})

it('hides secrets in what start throws, its stack and causes', async () => {
  const { start } = kit({
    slug: 'a',
    secretTexts: ['hush-hush'],
    start() {
      throw new Error('no login with hush-hush', { cause: new Error('hush-hush refused') })
    },
  })
  const error = await start().catch((thrown: Error) => thrown)
  expect(JSON.stringify(error, ['message', 'cause', 'stack'])).not.toContain('hush')
  expect(error).toMatchObject({
    message: expect.stringContaining('no login with ***'),
    cause: { cause: { message: '*** refused' } },
  })
})
