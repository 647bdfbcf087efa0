import { expect, it } from 'vitest'
import { loadConfig } from '../../../../src/config/load-config.ts'
import { HealthChecks } from '../../../../src/plugin/life/health-checks.ts'
import { defaultsFrom, withDefaults } from '../../../../src/plugin/loaded-plugin.ts'
import type { PluginHealth } from '../../../../src/plugin/plugin.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

type Health = (context: { signal: AbortSignal }) => PluginHealth | Promise<PluginHealth>

function kit(health: Health, secretTexts: string[] = []) {
  const clock = new ManualClock()
  const lines: unknown[] = []
  const note = (...line: unknown[]) => void lines.push(line.flat())
  const log = { debug: note, info: note, warn: note, error: note }
  const defaults = defaultsFrom(loadConfig({}))
  const plugin = withDefaults({ slug: 'a', processEvent() {}, health }, 'a.ts', defaults)
  const plugins = [{ ...plugin, secretTexts }]
  const checks = new HealthChecks({ plugins, logOf: () => log, clock })
  checks.start()
  return { checks, clock, lines }
}

it('asks at once, and then every few seconds', async () => {
  let calls = 0
  const { clock } = kit(() => {
    calls += 1
    return { status: 'ok' }
  })
  await clock.advance(0)
  expect(calls).toBe(1)
  await clock.advance(15_000)
  expect(calls).toBe(4)
})

it('pauses a plugin that says so until it is well, and logs each change once', async () => {
  let said: PluginHealth = { status: 'pause', why: 'database gone' }
  const { checks, clock, lines } = kit(() => said)
  await clock.advance(5_000)
  expect(checks.in('pause')).toEqual([{ slug: 'a', why: 'database gone' }])
  const pause = checks.pauseOf('a')
  expect(pause?.aborted).toBe(false)
  said = { status: 'ok' }
  await clock.advance(5_000)
  expect(pause?.aborted).toBe(true)
  expect(checks.pauseOf('a')).toBeUndefined()
  expect(checks.in('pause')).toEqual([])
  const paused = 'the plugin says that it cannot work: its events wait'
  expect(lines).toEqual([[{ why: 'database gone' }, paused], ['the plugin is well again']])
})

it('does not pause one that is not ready', async () => {
  const { checks, clock } = kit(() => ({ status: 'unready', why: 'warming up' }))
  await clock.advance(0)
  expect(checks.in('unready')).toEqual([{ slug: 'a', why: 'warming up' }])
  expect(checks.pauseOf('a')).toBeUndefined()
})

it('ends the pause when it says unready instead', async () => {
  let status: 'pause' | 'unready' = 'pause'
  const { checks, clock } = kit(() => ({ status, why: 'x' }))
  await clock.advance(0)
  const pause = checks.pauseOf('a')
  status = 'unready'
  await clock.advance(5_000)
  expect(pause?.aborted).toBe(true)
})

it('pauses one that throws, that answers with something else, or whose secrets it tells', async () => {
  const throwing = kit(() => {
    throw new Error('no login with hush-hush')
  }, ['hush-hush'])
  await throwing.clock.advance(0)
  expect(throwing.checks.in('pause')).toEqual([{ slug: 'a', why: 'no login with ***' }])
  const telling = kit(() => ({ status: 'pause', why: 'hush-hush refused' }), ['hush-hush'])
  await telling.clock.advance(0)
  expect(telling.checks.in('pause')).toEqual([{ slug: 'a', why: '*** refused' }])
  const wrong = kit(() => undefined as unknown as PluginHealth)
  await wrong.clock.advance(0)
  expect(wrong.checks.in('pause')).toEqual([
    { slug: 'a', why: expect.stringContaining('expected') },
  ])
})

it('pauses one that takes too long, and does not ask again before it has ended', async () => {
  let calls = 0
  const answer = Promise.withResolvers<PluginHealth>()
  const signals: AbortSignal[] = []
  const { checks, clock } = kit(({ signal }) => {
    calls += 1
    signals.push(signal)
    return calls === 1 ? answer.promise : { status: 'ok' }
  })
  await clock.advance(60_000)
  expect(calls).toBe(1)
  expect(signals[0]?.aborted).toBe(true)
  expect(checks.in('pause')).toEqual([{ slug: 'a', why: 'health took longer than 5 s' }])
  answer.resolve({ status: 'ok' })
  await clock.advance(5_000)
  expect(calls).toBe(2)
  expect(checks.in('pause')).toEqual([])
})

it('stops when the check that runs has ended, or at a limit', async () => {
  const answer = Promise.withResolvers<PluginHealth>()
  const { checks, clock } = kit(() => answer.promise)
  let isStopped = false
  await clock.advance(0)
  const stopped = checks.stop().then(() => {
    isStopped = true
  })
  await clock.advance(4_999)
  expect(isStopped).toBe(false)
  await clock.advance(1)
  await stopped
  expect(checks.in('pause')).toEqual([])
})
