import { describe, expect, it } from 'vitest'
import { type HeadersByName, headersByName, headersOf } from '../../../src/event/headers.ts'
import { reject } from '../../../src/plugin/returns/returns.ts'
import { settled } from '../../support/manual-clock.ts'
import { type KitOptions, partition, pipelineKit, plugin } from '../../support/pipeline-kit.ts'

const moved = (id: string) => Buffer.from(JSON.stringify({ id, kind: 'inventory.moved' }))

const redriveOf = (slug: string, generation = 1, groupId = 'group', others: HeadersByName = {}) =>
  headersOf({
    ce_id: 'x',
    'redrive.plugin': slug,
    'redrive.group': groupId,
    'redrive.generation': String(generation),
    'redrive.letter': 'events.dead-letters/0@3',
    'dlq.offset': '7',
    'dlq.timestamp': '1234',
    ...others,
  })

/** Two plugins that record their calls, an input partition and its redrive partition. */
function scene(options: Partial<KitOptions> = {}) {
  const called: string[] = []
  const noting = (slug: string) =>
    plugin({ slug, processEvent: (event) => void called.push(`${slug} ${event.id}`) })
  const kit = pipelineKit({ plugins: [noting('a'), noting('b')], ...options })
  const input = partition(kit)
  const redrive = partition(kit, 0, 0, 'events.redrive')
  return { called, kit, input, redrive }
}

describe('a redriven record', () => {
  it('goes only to the plugin that dead-lettered it, whatever was completed before', async () => {
    const { called, kit, input, redrive } = scene()
    await settled()
    input.take({ value: moved('1') })
    await settled()
    redrive.take({ value: moved('1'), headers: redriveOf('a') })
    await settled()
    expect(called).toEqual(['a 1', 'b 1', 'a 1'])
    expect(redrive.ledger.watermark).toBe(1)
    expect(kit.pipeline.stats().unaccounted).toBe(0)
  })

  it('is handled once per generation', async () => {
    const { called, redrive } = scene()
    await settled()
    for (const generation of [1, 1, 2]) {
      redrive.take({ value: moved('1'), headers: redriveOf('a', generation) })
      await settled()
    }
    expect(called).toEqual(['a 1', 'a 1'])
  })

  it('is evaluated by the current filter', async () => {
    const called: string[] = []
    const picky = plugin({
      wantsProcessEvent: () => false,
      processEvent: (event) => void called.push(event.id),
    })
    const { redrive } = scene({ plugins: [picky] })
    await settled()
    redrive.take({ value: moved('1'), headers: redriveOf('plugin') })
    await settled()
    expect(called).toEqual([])
    expect(redrive.ledger.watermark).toBe(1)
  })

  it.each([
    ['of another group', redriveOf('a', 1, 'other')],
    ['for a plugin that is not here', redriveOf('c')],
    ['that does not say whom it is for', headersOf({})],
    ['with a generation that is none', redriveOf('a', 1, 'group', { 'redrive.generation': 'x' })],
  ])('is skipped: one %s', async (_, headers) => {
    const { called, redrive } = scene()
    await settled()
    redrive.take({ value: moved('1'), headers })
    await settled()
    expect(called).toEqual([])
    expect(redrive.ledger.watermark).toBe(1)
  })

  it("shares its entity's lane with live events, one at a time", async () => {
    const call = Promise.withResolvers<void>()
    const seen: string[] = []
    const slow = plugin({
      async processEvent({ id }) {
        seen.push(id)
        await call.promise
      },
    })
    const { input, redrive } = scene({ plugins: [slow] })
    await settled()
    input.take({ value: moved('live') })
    redrive.take({ value: moved('again'), headers: redriveOf('plugin') })
    redrive.take({
      value: moved('other'),
      key: Buffer.from('other'),
      headers: redriveOf('plugin'),
    })
    await settled()
    expect(seen).toEqual(['live', 'other'])
    call.resolve()
    await settled()
    expect(seen).toEqual(['live', 'other', 'again'])
  })

  it('waits until its input partition is open', async () => {
    const { called, kit, input, redrive } = scene()
    await settled()
    input.lose()
    const record = { value: moved('1'), headers: redriveOf('a') }
    const obstacle = redrive.take(record)
    expect(obstacle?.why).toBe('input partition events/0 is not open on this replica')
    partition(kit)
    await settled()
    expect(redrive.take(record)).toBeUndefined()
    await settled()
    expect(called).toEqual(['a 1'])
  })

  it('that is dead-lettered again keeps its original place', async () => {
    const refusing = plugin({
      processEvent() {
        throw new Error('still broken')
      },
      retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
    })
    const { kit, redrive } = scene({ plugins: [refusing] })
    await settled()
    redrive.take({ value: moved('1'), headers: redriveOf('plugin', 2) })
    await settled()
    expect(kit.letters).toMatchObject([
      {
        topic: 'events.dead-letters',
        partition: 0,
      },
    ])
    const headers = headersByName(kit.letters[0]!.headers, String)
    expect(headers).toMatchObject({
      ce_id: 'x',
      'dlq.topic': 'events',
      'dlq.offset': '7',
      'dlq.timestamp': '1234',
      'dlq.redrives': '2',
    })
    expect(headers).not.toHaveProperty('redrive.plugin')
  })

  it('shows its handler the original place and the key of its earlier attempts', async () => {
    const seen: unknown[] = []
    const noting = plugin({
      processEvent: (_, { record: { headers, ...record }, idempotencyKey }) =>
        void seen.push({ record, names: [...headers].map(([name]) => name), idempotencyKey }),
    })
    const { redrive } = scene({ plugins: [noting] })
    await settled()
    redrive.take({ value: moved('1'), headers: redriveOf('plugin') })
    await settled()
    const record = { topic: 'events', partition: 0, offset: 7, timestampMs: 1234, key: 'key' }
    expect(seen).toEqual([{ record, names: ['ce_id'], idempotencyKey: 'group/plugin/1' }])
  })

  it("of a replay keeps the replay's key, and is dead-lettered for the replay", async () => {
    const seen: string[] = []
    const noting = plugin({
      processEvent(_, { idempotencyKey }) {
        seen.push(idempotencyKey)
        return seen.length === 2 ? reject('not again') : undefined
      },
    })
    const { kit, redrive } = scene({ plugins: [noting] })
    await settled()
    const live = redriveOf('plugin')
    const replayed = headersOf({ 'redrive.replay': 'group.replay.plugin.1' }, live)
    for (const headers of [live, replayed, live, replayed]) {
      redrive.take({ value: moved('1'), headers })
      await settled()
    }
    expect(seen).toEqual(['group/plugin/1', 'group.replay.plugin.1/plugin/1'])
    expect(kit.letters.map(({ headers }) => headers.last('dlq.replay'))).toEqual([
      'group.replay.plugin.1',
    ])
  })

  it('that is undecodable is dead-lettered again, for all plugins or its own', async () => {
    const schemaIdOf = () => {
      throw new Error('no frame')
    }
    const { kit, redrive } = scene({ schemaIdOf })
    await settled()
    redrive.take({ headers: redriveOf('*') })
    redrive.take({ headers: redriveOf('*') })
    redrive.take({ headers: redriveOf('b') })
    await settled()
    const given = kit.letters.map(({ headers }) => headers.last('dlq.plugin'))
    expect(given).toEqual(['*', 'b'])
  })
})
