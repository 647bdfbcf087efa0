import { pino } from 'pino'
import { beforeEach, expect, it } from 'vitest'
import { withDefaults } from '../../../src/plugin/loaded-plugin.ts'
import { ReplicaCatchUps } from '../../../src/replay/by-replicas/replica-catch-ups.ts'
import { encodePlan, type ReplayPlan } from '../../../src/replay/plan.ts'
import { InventoryEventsError } from '../../../src/util/errors.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'

const DEFAULTS = {
  retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
  ...{ timeoutMs: 1, concurrency: 1, maxStateBytes: 1 },
}
const plugin = (slug: string, more = {}) =>
  withDefaults({ slug, processEvent: () => undefined, ...more }, 'p.ts', DEFAULTS)
const state = { version: 1, initial: () => ({}) }

let clock: ManualClock
let seen: string[]
let failed: AbortController
let fatal: unknown[]
let catchUps: ReplicaCatchUps

beforeEach(() => {
  clock = new ManualClock(0)
  seen = []
  failed = new AbortController()
  fatal = []
  catchUps = new ReplicaCatchUps({
    ...({} as { kafka: never; registry: never; contract: never }),
    config: { HANDLER_GRACE_MS: 30 } as never,
    plugins: [plugin('a'), plugin('b'), plugin('kept', { state })],
    clock,
    log: pino({ level: 'silent' }),
    onFatal: (error) => fatal.push(error),
    async begin(_, { slug, generation }) {
      const name = `${slug} ${generation}`
      seen.push(`begin ${name}`)
      failed = new AbortController()
      return {
        failed: failed.signal,
        reached: async () => undefined,
        extend: (ranges) => seen.push(`to ${ranges[0]?.end}`),
        stop: async (graceMs) => void seen.push(`stop ${name} ${graceMs}`),
        outcomes: async () =>
          new Map([
            ['processed', 3],
            ['dead-lettered', 1],
          ]),
      }
    },
  })
})

function take(slug: string, more: Partial<ReplayPlan> = {}, end = 10): void {
  const plan: ReplayPlan = {
    ...{ slug, generation: 1, purpose: 'enable', carriedOutBy: 'replicas', state: 'running' },
    ...{ fromMs: 0, toMs: undefined, entity: undefined, kind: undefined },
    ranges: [{ topic: 't', partition: 0, start: 0, end }],
    ...{ by: 'ana', at: '', why: '' },
    ...more,
  }
  const { key, value } = encodePlan(plan)
  catchUps.take({ key: Buffer.from(key), value })
}

it('takes part in what the replicas carry out, from the start of the plugins to the end of the plan', async () => {
  take('a')
  await settled()
  expect(seen).toEqual([])
  catchUps.start()
  take('a', {}, 15)
  await settled()
  expect(seen).toEqual(['begin a 1', 'to 15'])
  take('a', {}, 20)
  expect(await catchUps.list()).toEqual([
    { slug: 'a', generation: 1, handled: 3, deadLettered: 1, problem: null },
  ])
  take('a', { state: 'done' }, 20)
  await settled()
  expect(seen.slice(2)).toEqual(['to 20', 'stop a 1 30'])
  expect(await catchUps.list()).toEqual([])
})

it('leaves to commands what is theirs, and alone what is not its own', async () => {
  catchUps.start()
  take('a', { carriedOutBy: 'command' })
  take('a', { purpose: 'replay' })
  take('kept')
  take('unknown')
  catchUps.take({ key: Buffer.from('replay:a'), value: Buffer.from('?') })
  await settled()
  expect(seen).toEqual([])
})

it('lets the former one end before it begins a new one', async () => {
  catchUps.start()
  take('a')
  await settled()
  take('a', { generation: 2 })
  await settled()
  expect(seen).toEqual(['begin a 1', 'to 10', 'stop a 1 30', 'begin a 2', 'to 10'])
})

it('tries again after a failure, and says why meanwhile', async () => {
  catchUps.start()
  take('a')
  await settled()
  failed.abort(new Error('the registry is away'))
  await settled()
  expect(await catchUps.list()).toMatchObject([{ problem: 'the registry is away' }])
  await clock.advance(5_000)
  expect(seen.filter((each) => each === 'begin a 1')).toHaveLength(2)
  expect(await catchUps.list()).toMatchObject([{ problem: null }])
  expect(fatal).toEqual([])
  await catchUps.stop()
  expect(clock.pending).toBe(0)
  // The process ends with its handlers.
  expect(seen.at(-1)).toBe('stop a 1 0')
})

it('ends the process for a handler that outlasts the catch-up that called it', async () => {
  catchUps.start()
  take('a')
  await settled()
  take('a', { state: 'abandoned' })
  await settled()
  expect(seen.at(-1)).toBe('stop a 1 30')
  expect(fatal).toEqual([])
  failed.abort(new InventoryEventsError('HANDLER_TIMEOUT', 'stuck'))
  expect(fatal).toHaveLength(1)
})

it('ends the process for a handler that does not end: called again, it would run twice at once', async () => {
  catchUps.start()
  take('a')
  await settled()
  failed.abort(new InventoryEventsError('HANDLER_TIMEOUT', 'stuck'))
  await settled()
  expect(fatal).toHaveLength(1)
  await clock.advance(60_000)
  expect(seen.filter((each) => each.startsWith('begin'))).toHaveLength(1)
})
