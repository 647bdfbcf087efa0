import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { PluginEvent } from '../../src/event/event.ts'
import { crashGroupOf } from '../../src/kafka/state/crash-store.ts'
import { pluginEvent } from '../support/events.ts'
import { withAdmin } from '../support/group.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'

const ENTITIES = 5
const EVENTS_EACH = 4
const MAX_STARTS = 8
/** Each crash costs a session timeout and, on a busy machine, a slow start. */
const TIMEOUT_MS = 400_000
const IMPATIENT = {
  HANDLER_TIMEOUT_MS: '500',
  HANDLER_GRACE_MS: '100',
  DRAIN_TIMEOUT_MS: '500',
}

/** Entities with several events each. The second event of one entity crashes the process. */
function stream(how: string, others: string) {
  const events = Array.from({ length: ENTITIES * EVENTS_EACH }, (_, n) =>
    pluginEvent('stockitem.moved', { id: n % ENTITIES, how: n === ENTITIES + 2 ? how : others }),
  )
  const poison = events[ENTITIES + 2] as PluginEvent
  return { events, poison, others: events.filter((event) => event !== poison) }
}

async function poisoned(how: string, settings: Record<string, string> = {}, others = 'quickly') {
  const s = await situation({ plugins: [], partitions: 2, store: 'kafka:' })
  const folder = mkdtempSync(join(tmpdir(), 'crashes-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const EFFECTS_FILE = join(folder, 'effects')
  writeFileSync(EFFECTS_FILE, '')
  const published = stream(how, others)
  await s.publish(published.events)
  const PLUGINS = pluginPath('bad-plugins/ends-the-process')
  const own = { EFFECTS_FILE, PLUGINS, WATCHDOG_TIMEOUT_MS: '1500', SESSION_TIMEOUT_MS: '6000' }
  const start = () => serve({ ...s.settings, ...own, ...settings })
  const told = () => readFileSync(EFFECTS_FILE, 'utf8').split('\n')
  const idsOf = (what: 'call' | 'effect') =>
    told().flatMap((line) => (line.startsWith(`${what} `) ? [line.slice(what.length + 1)] : []))
  // An event whose mark was not written before the crash is redelivered, so its effect repeats.
  const firstEffects = () => [...new Set(idsOf('effect'))]
  return { s, ...published, start, calls: () => idsOf('call'), firstEffects }
}

type Poisoned = Awaited<ReturnType<typeof poisoned>>

/** Restarts the service until all events are done. Returns how each process ended. */
async function supervise({ s, start }: Poisoned): Promise<number[]> {
  const ends: number[] = []
  const done = s.caughtUp(TIMEOUT_MS).then(() => 'caught up' as const)
  done.catch(() => undefined)
  while (ends.length < MAX_STARTS) {
    const service = start()
    const end = await Promise.race([service.ended, done])
    if (end === 'caught up') {
      service.kill('SIGTERM')
      expect(await service.ended).toBe(0)
      return ends
    }
    // With SIGKILL if the machine is too busy to interrupt the thread in time.
    ends.push(end ?? 1)
  }
  return ends
}

async function expectOneDeadLetter(p: Poisoned, crashes: number) {
  const { s, poison, others, firstEffects, events } = p
  const letters = await s.letters()
  expect(letters.map(({ headers }) => headers)).toMatchObject([
    {
      'dlq.plugin': 'ends-the-process',
      'dlq.reason': 'exhausted',
      'dlq.error': `its handler ended the process ${crashes} times`,
      'dlq.attempts': `${crashes}`,
    },
  ])
  expect(letters[0]!.key).toBe(`stockitem:${poison.kwargs.id}`)
  expect(firstEffects().sort()).toEqual(others.map(({ id }) => id).sort())
  for (let n = 0; n < ENTITIES; n += 1) {
    const ofEntity = events.filter(({ kwargs }) => kwargs.id === n).map(({ id }) => id)
    const seen = firstEffects().filter((id) => ofEntity.includes(id))
    expect(seen).toEqual(ofEntity.filter((id) => id !== poison.id))
  }
}

/**
 * A process that ends by itself waits for the record of its crash for three seconds. A busy machine may need
 * longer, and then there is one crash more.
 */
function expectEnds(ends: readonly number[], expected: readonly number[]): void {
  expect(ends.slice(0, expected.length)).toEqual(expected)
  expect(ends.length).toBeLessThanOrEqual(expected.length + 1)
  expect(new Set(ends).size).toBe(1)
}

/** The crash counts that are left. */
function notes(groupId: string, topic: string): Promise<(string | null)[]> {
  return withAdmin(async (admin) => {
    const [offsets] = await admin.fetchOffsets({ groupId: crashGroupOf(groupId), topics: [topic] })
    return offsets!.partitions.map(({ metadata }) => metadata)
  })
}

it.each([
  ['block', [1, 1, 1], {}],
  ['exit', [7, 7], { MAX_CRASHES: '2' }],
  ['ignore', [1, 1], { MAX_CRASHES: '2', ...IMPATIENT }],
])(
  'dead-letters an event that crashes the process too often: %s',
  async (how, ends, settings) => {
    const p = await poisoned(how, settings)
    const seen = await supervise(p)
    expectEnds(seen, ends)
    expect(p.calls().filter((id) => id === p.poison.id)).toHaveLength(seen.length)
    await expectOneDeadLetter(p, ends.length)
    const left = (await notes(p.s.groupId, p.s.topic)).filter((text) => text)
    expect(left).toEqual(['{"v":1,"crashes":{}}'])
  },
  TIMEOUT_MS,
)

it.each([
  ['block later', 1],
  ['exit later', 7],
])(
  'finds out which of many events did it, and counts no other: %s',
  async (how, end) => {
    const p = await poisoned(how, { MAX_CRASHES: '2' }, 'slow')
    // At the first crash it is unknown whose handler caused it.
    const seen = await supervise(p)
    expectEnds(seen, [end, end, end])
    expect(p.calls().filter((id) => id === p.poison.id)).toHaveLength(seen.length)
    await expectOneDeadLetter(p, 2)
  },
  TIMEOUT_MS,
)
