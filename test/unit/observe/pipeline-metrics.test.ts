import { describe, expect, it } from 'vitest'
import { headersByName } from '../../../src/event/headers.ts'
import { createMetrics } from '../../../src/observe/metrics.ts'
import { callFieldsOf, createReports, logFieldsOf } from '../../../src/observe/pipeline-metrics.ts'
import { createSampledLog } from '../../../src/observe/sampled-log.ts'
import { allOn } from '../../../src/pipeline/admit/plugin-switches.ts'
import type { Plugin } from '../../../src/plugin/plugin.ts'
import { reject, retryAfter, skip } from '../../../src/plugin/returns/returns.ts'
import { Failure } from '../../../src/util/failure/failure.ts'
import { createLogger, type LogLevel } from '../../../src/util/logger.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { batchPlugin, partition, pipelineKit, plugin } from '../../support/pipeline-kit.ts'

const EVENT = { id: 'e1', kind: 'inventory.moved', entity: { name: 'SECRET' } }
const ABOUT = { plugin: 'plugin', event: 'inventory.moved', eventId: 'e1', record: 'events/0@0' }
const AT = /^pipeline-metrics\.test\.ts:\d+:\d+$/

function loggedReports(level: LogLevel) {
  const lines: string[] = []
  const log = createLogger(level, { write: (line) => lines.push(line) })
  const clock = new ManualClock()
  const metrics = createMetrics({ version: '1' })
  const reports = createReports({
    metrics,
    log,
    sampled: createSampledLog({ log, clock }),
    clock,
    store: 'memory',
  })
  return { lines, log, metrics, reports }
}

/** The log lines and dead letters of a plugin that gets one event, for one attempt. */
async function run(
  part: Pick<Partial<Plugin>, 'processEvent' | 'wantsProcessEvent'>,
  level: LogLevel = 'info',
  event: object = EVENT,
) {
  const { lines, log, metrics, reports } = loggedReports(level)
  const retry = { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 }
  const handler = plugin({ processEvent() {}, ...part, retry })
  const kit = pipelineKit({
    plugins: [handler],
    logOf: (delivery) => log.child({ ...logFieldsOf(delivery) }),
    reports,
  })
  partition(kit).put(event)
  await kit.pipeline.drain(1_000)
  const headers = kit.letters.map((letter) => headersByName(letter.headers, String))
  return { lines: lines.map((line) => JSON.parse(line)), headers, text: lines.join(''), metrics }
}

describe('a handler that throws', () => {
  it('is logged, and dead-lettered, with type, place, stack, causes, and the event', async () => {
    const { lines, headers, text } = await run({
      processEvent(event) {
        const cause = Object.assign(new TypeError('no answer'), { code: 'ECONNRESET', event })
        throw Object.assign(new RangeError('not shelved', { cause }), { event })
      },
    })
    const stack = expect.stringMatching(/^at .*processEvent .*pipeline-metrics\.test\.ts:\d+:\d+\)/)
    const at = expect.stringMatching(AT)
    const cause = { type: 'TypeError', message: 'no answer', code: 'ECONNRESET', at, stack }
    const err = { type: 'RangeError', message: 'not shelved', at, stack, cause }
    expect(lines).toEqual([
      {
        level: 'warn',
        time: expect.any(String),
        ...ABOUT,
        attempts: 1,
        reason: 'exhausted',
        err,
        msg: 'dead-lettered',
      },
    ])
    expect(headers).toEqual([
      {
        'dlq.plugin': 'plugin',
        'dlq.reason': 'exhausted',
        'dlq.error': 'not shelved',
        'dlq.error-type': 'RangeError',
        'dlq.error-at': at,
        'dlq.error-stack': expect.stringMatching(
          /^RangeError: not shelved at pipeline-metrics\S+\n {2}at .*\ncaused by\n {2}TypeError: no answer \(ECONNRESET\) at pipeline/s,
        ),
        'dlq.attempts': '1',
        'dlq.event': 'inventory.moved',
        'dlq.event-id': 'e1',
        'dlq.topic': 'events',
        'dlq.partition': '0',
        'dlq.offset': '0',
        'dlq.timestamp': '0',
        'dlq.group': 'group',
      },
    ])
    expect(text + JSON.stringify(headers)).not.toContain('SECRET')
  })

  it.each([
    [{ code: 5 }, 'Object with code 5'],
    [undefined, 'undefined was thrown'],
    ['no shelf', 'no shelf'],
    [EVENT, 'Object without a message'],
  ])('%o is told as %s', async (thrown, message) => {
    const { lines, headers, text } = await run({
      processEvent() {
        throw thrown
      },
    })
    expect(lines).toMatchObject([{ ...ABOUT, err: { message } }])
    expect(headers).toMatchObject([{ 'dlq.error': message, 'dlq.event-id': 'e1' }])
    expect(text).not.toContain('SECRET')
  })

  it('writes headers of limited size, whatever it throws', async () => {
    const { headers } = await run(
      {
        processEvent() {
          const errors = Array.from({ length: 50 }, () => new Error('é'.repeat(1e5)))
          throw new AggregateError(errors, '\u{1f4a5}'.repeat(1e6))
        },
      },
      'info',
      { ...EVENT, id: 'i'.repeat(1e5) },
    )
    const sizes = Object.values(headers[0] ?? {}).map((value) => Buffer.byteLength(String(value)))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8_192)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(16_384)
  })
})

it('a filter that throws is told with type and place', async () => {
  const { lines, headers } = await run({
    wantsProcessEvent: (name) => (name as unknown as { kind: string[] }).kind.includes('x'),
  })
  const message = "wantsProcessEvent: Cannot read properties of undefined (reading 'includes')"
  const at = expect.stringMatching(AT)
  expect(lines).toMatchObject([
    { ...ABOUT, reason: 'filter', err: { type: 'TypeError', message, at } },
  ])
  expect(headers).toMatchObject([{ 'dlq.error': message, 'dlq.error-at': at }])
})

it('what is no event is named by its ce_id, if it has one', async () => {
  const { lines, headers } = await run({}, 'info', { ...EVENT, broken: 'yes' })
  expect(lines).toMatchObject([
    { event: 'inventory.moved', err: { message: 'its body is broken' } },
  ])
  expect(lines[0]).not.toHaveProperty('eventId')
  expect(headers[0]).not.toHaveProperty('dlq.error-type')
})

describe('what a handler returns', () => {
  it('skip(why) is logged at debug', async () => {
    const processEvent = () => skip('too small')
    expect((await run({ processEvent }, 'debug')).lines).toEqual([
      { level: 'debug', time: expect.any(String), ...ABOUT, why: 'too small', msg: 'skipped' },
    ])
    expect((await run({ processEvent }, 'info')).lines).toEqual([])
  })

  it('reject(why) is logged as a warning', async () => {
    const { lines } = await run({ processEvent: () => reject('no such bay') })
    expect(lines).toMatchObject([
      { level: 'warn', ...ABOUT, reason: 'rejected', err: { message: 'no such bay' } },
    ])
  })

  it('reject(why, { code }) is logged and dead-lettered with its code', async () => {
    const processEvent = () => reject('no such bay', { code: 'NO_SUCH_BAY' })
    const { lines, headers } = await run({ processEvent })
    expect(lines).toMatchObject([{ err: { message: 'no such bay', code: 'NO_SUCH_BAY' } }])
    expect(headers).toMatchObject([
      { 'dlq.reason': 'rejected', 'dlq.error': 'no such bay', 'dlq.error-code': 'NO_SUCH_BAY' },
    ])
    expect(headers[0]).not.toHaveProperty('dlq.error-type')
  })

  it.each([
    [undefined, 'no reason was given'],
    [new TypeError('bad bay'), 'bad bay'],
    [{ bay: 7 }, 'Object without a message'],
  ])('a reason that is no text but %o is told as %s', async (why, message) => {
    const rejected = await run({ processEvent: () => reject(why as never) })
    expect(rejected.headers).toMatchObject([{ 'dlq.error': message }])
    const skipped = await run({ processEvent: () => skip(why as never) }, 'debug')
    expect(skipped.lines).toMatchObject([{ why: message, msg: 'skipped' }])
  })

  it('retryAfter(ms, why) is logged with the delay, and counted', async () => {
    const processEvent = () => retryAfter(2_000, 'limited', { countsAsAttempt: false })
    const { lines, metrics } = await run({ processEvent })
    const why = { delayMs: 2_000, countsAsAttempt: false, err: { message: 'limited' } }
    const msg = 'handler asked for a later call'
    expect(lines).toMatchObject([{ level: 'warn', ...ABOUT, attempts: 0, ...why, msg }])
    const { values } = await metrics.deliveryDelays.get()
    expect(values).toEqual([{ labels: { plugin: 'plugin' }, value: 1 }])
    expect((await metrics.deliveryRetries.get()).values).toEqual([])
  })

  it('a missing return is logged as a warning, with its place', () => {
    const { lines, reports } = loggedReports('info')
    reports.onUnreturned(new Failure('write return skip(...)', { at: 'mine.ts:7:5' }))
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', plugin: '*', err: { at: 'mine.ts:7:5' }, msg: 'a handler lacks a return' },
    ])
  })

  it('a handler that logs names the event', async () => {
    const { lines } = await run({ processEvent: (_, { log }) => log.info('seen') })
    expect(lines).toMatchObject([{ ...ABOUT, msg: 'seen' }])
  })
})

it('a batch is one call, with its number of events, and a log of its own', async () => {
  const { lines, log, metrics, reports } = loggedReports('info')
  const sink = batchPlugin({
    processEvents([first], context) {
      context.log.info('the whole batch')
      if (first !== undefined) context.of(first).log.info('one event')
    },
  })
  const kit = pipelineKit({
    plugins: [sink],
    logOf: (delivery, events) => log.child({ ...callFieldsOf(delivery, events) }),
    reports,
  })
  const { put } = partition(kit)
  for (const id of ['e1', 'e2', 'e3']) put({ ...EVENT, id }, id)
  await kit.pipeline.drain(1_000)
  const text = await metrics.register.metrics()
  expect(text).toContain('inventory_events_batch_events_sum{plugin="sink"} 3')
  expect(text).toContain('inventory_events_batch_events_count{plugin="sink"} 1')
  expect(text).toContain('inventory_events_handler_duration_seconds_count{plugin="sink"} 1')
  const [whole, one] = lines.map((line) => JSON.parse(line))
  expect(whole).toMatchObject({ plugin: 'sink', events: 3, msg: 'the whole batch' })
  expect(whole).not.toHaveProperty('eventId')
  expect(one).toMatchObject({ plugin: 'sink', eventId: 'e1', msg: 'one event' })
})

it("counts each filter's decision, also where no plugin wants the event", async () => {
  const { log, metrics, reports } = loggedReports('info')
  const filters: Pick<Plugin, 'wantsProcessEvent'>[] = [
    { wantsProcessEvent: (name) => name === 'inventory.moved' },
    { wantsProcessEvent: (name) => name === 'inventory.merged' },
    { wantsProcessEvent: (name) => (name === 'inventory.split' ? (1 as never) : false) },
  ]
  const retry = { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 }
  const plugins = filters.map((filter, n) =>
    plugin({ slug: `p${n}`, processEvent() {}, retry, ...filter }),
  )
  const late = { offsets: { events: { 0: 4 } } }
  const switches = { ...allOn, startOf: (slug: string) => (slug === 'p1' ? late : undefined) }
  const kit = pipelineKit({ plugins, switches, logOf: () => log, reports })
  const { put } = partition(kit)
  const kinds = ['wasted', 'moved', 'wasted', 'merged', 'wasted', 'split', 'merged', 'wasted']
  for (const [n, kind] of kinds.entries()) put({ id: `e${n}`, kind: `inventory.${kind}` })
  await kit.pipeline.drain(1_000)
  const { values } = await metrics.filterDecisions.get()
  const counted = values.map(({ labels, value }) => [labels.plugin, labels.decision, value])
  expect(counted.toSorted()).toEqual([
    ['p0', 'unwanted', 7],
    ['p0', 'wanted', 1],
    ['p1', 'unwanted', 3],
    ['p1', 'wanted', 1],
    ['p2', 'error', 1],
    ['p2', 'unwanted', 7],
  ])
})
