import {
  definePlugin,
  type Event,
  reject,
  retryAfter,
  type Sql,
  type SqlPluginContext,
  skip,
} from 'inventory-events'
import { runPlugin } from 'inventory-events/testing'
import { describe, expect, it } from 'vitest'

const wasted = (id: string, entityId = 'ent_1', reason?: string): Event => ({
  id,
  kind: 'inventory.wasted',
  time: '2024-01-15T10:30:00Z',
  transactionId: 'txn_1',
  flowId: 'flow_1',
  entityId,
  ...(reason !== undefined && { reason }),
})

const split: Event = {
  id: 'p1',
  name: 'stockitem.split',
  time: '2024-01-15T10:30:00Z',
  args: [],
  kwargs: { id: 7, parent: 3 },
}

describe('running a plugin over events in memory', () => {
  it('reports the outcome of each event', async () => {
    const plugin = definePlugin({
      slug: 'waste-report',
      wantsProcessEvent: (name) => name === 'inventory.wasted',
      processEvent(event) {
        if (event.id === 'b') return skip('too small')
        if (event.id === 'd') return reject('no such bay', { code: 'NO_BAY' })
        return event.id === 'c' ? reject('no such entity') : undefined
      },
    })
    const events = [wasted('a'), wasted('b'), wasted('c'), wasted('d'), split]
    const run = await runPlugin(plugin, events)
    expect(run.deliveries).toEqual([
      { event: wasted('a'), outcome: 'processed', attempts: 1 },
      { event: wasted('b'), outcome: 'skipped', attempts: 1, error: 'too small' },
      { event: wasted('c'), outcome: 'rejected', attempts: 1, error: 'no such entity' },
      {
        ...{ event: wasted('d'), outcome: 'rejected', attempts: 1 },
        ...{ error: 'no such bay', code: 'NO_BAY' },
      },
    ])
    expect(run.unwanted).toEqual([split])
  })

  it('hands over the events that a list names, and refuses a list with a slip', async () => {
    const plugin = (wants: string[]) => definePlugin({ slug: 'listed', wants, processEvent() {} })
    const run = await runPlugin(plugin(['inventory.w*', 'mine']), [wasted('a'), split])
    expect(run.deliveries).toEqual([{ event: wasted('a'), outcome: 'processed', attempts: 1 }])
    expect(run.unwanted).toEqual([split])
    await expect(runPlugin(plugin(['stockitem.splt']), [split])).rejects.toThrow(
      "wants[0]: 'stockitem.splt' is unknown, did you mean 'stockitem.split'?",
    )
  })

  it('applies a where, and reports its errors', async () => {
    const plugin = definePlugin({
      slug: 'heavy',
      wantsProcessEvent: (name) => name === 'stockitem.counted',
      where: { gt: { 'data.kwargs.quantity': 10 } },
      processEvent() {},
    })
    const counted = (id: string, quantity: number | string): Event => {
      return { ...split, id, name: 'stockitem.counted', kwargs: { quantity } }
    }
    const events = [counted('a', 11), counted('b', 10), counted('c', '11'), split]
    const { unwanted, deliveries } = await runPlugin(plugin, events)
    expect(unwanted).toEqual([events[1], split])
    const error = 'where: data.kwargs.quantity: expected a number, got a string'
    expect(deliveries).toEqual([
      { event: events[0], outcome: 'processed', attempts: 1 },
      { event: events[2], outcome: 'dead-lettered', attempts: 0, reason: 'filter', error },
    ])
  })

  it('rejects a where with a path that no event has', async () => {
    const plugin = { slug: 'wrong', where: { exact: { 'data.quantty': 1 } }, processEvent() {} }
    await expect(runPlugin(plugin as never, [split])).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: expect.stringContaining('where: data.quantty: no field of any of'),
    })
  })

  it('retries failures in order, and dead-letters events that never succeed', async () => {
    const calls: string[] = []
    const plugin = definePlugin({
      slug: 'flaky',
      retry: { maxAttempts: 2 },
      processEvent(event, { attempt }) {
        calls.push(`${event.id}${attempt}`)
        if (event.id === 'a' && attempt === 1) throw new Error('try again')
        if (event.id === 'b') throw new Error('never')
      },
    })
    const { deliveries } = await runPlugin(plugin, [wasted('a'), wasted('b'), wasted('c')])
    expect(calls).toEqual(['a1', 'a2', 'b1', 'b2', 'c1'])
    expect(deliveries.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
      ['processed', 2],
      ['dead-lettered', 2],
      ['processed', 1],
    ])
    expect(deliveries[1]).toMatchObject({ reason: 'exhausted', error: 'never' })
  })

  it('ends if every call fails, of however many entities', async () => {
    const plugin = definePlugin({
      slug: 'down',
      processEvent() {
        throw new Error('down')
      },
    })
    const events = Array.from({ length: 12 }, (_, n) => wasted(`${n}`, `ent_${n}`))
    const { deliveries } = await runPlugin(plugin, events)
    const outcomes = deliveries.map(({ outcome, attempts }) => [outcome, attempts])
    expect(outcomes).toEqual(Array(12).fill(['dead-lettered', 5]))
  })

  it('reports the delays that a handler asks for, without waiting', async () => {
    const calls: string[] = []
    const plugin = definePlugin({
      slug: 'limited',
      retry: { delaysMs: [1_000, 60_000] },
      processEvent({ id }, { attempt }) {
        calls.push(`${id}${attempt}`)
        if (id === 'a' && attempt < 3) return retryAfter(86_400_000, 'closed')
        return id === 'b' ? retryAfter(1_500, 'limited') : undefined
      },
    })
    const { deliveries } = await runPlugin(plugin, [wasted('a'), wasted('b')])
    expect(calls).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'])
    expect(deliveries).toEqual([
      {
        ...{ event: wasted('a'), outcome: 'processed', attempts: 3 },
        delaysMs: [86_400_000, 86_400_000],
      },
      {
        ...{ event: wasted('b'), outcome: 'dead-lettered', attempts: 3, reason: 'exhausted' },
        ...{ error: 'limited', delaysMs: [1_500, 1_500] },
      },
    ])
  })

  it('ends what a handler would have repeated for ever', async () => {
    let calls = 0
    const plugin = definePlugin({
      slug: 'closed',
      processEvent({ id }, { attempt }) {
        expect(attempt).toBe(1)
        calls += 1
        return id === 'b' ? undefined : retryAfter(0, 'closed', { countsAsAttempt: false })
      },
    })
    const { deliveries } = await runPlugin(plugin, [wasted('a'), wasted('b')])
    expect(calls).toBe(101)
    expect(deliveries.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
      ['delayed', 0],
      ['processed', 1],
    ])
    expect(deliveries[0]?.delaysMs).toEqual(Array(100).fill(1_000))
    expect(deliveries[0]?.error).toBe('held until 100 calls did not count as attempts')
  })

  it('reports a delivery that the service would hold', async () => {
    const plugin = definePlugin({
      slug: 'holds',
      onExhausted: 'hold',
      processEvent() {
        throw new Error('down')
      },
    })
    const { deliveries } = await runPlugin(plugin, [wasted('a')])
    const failure = expect.objectContaining({
      type: 'Error',
      message: 'down',
      at: expect.stringMatching(/^run-plugin\.test\.ts:\d+:\d+$/),
      stack: expect.stringMatching(/^at .*processEvent .*run-plugin\.test\.ts:\d+:\d+\)$/),
    })
    expect(deliveries).toEqual([
      {
        ...{ event: wasted('a'), outcome: 'held', attempts: 5, error: 'down', failure },
        thrown: new Error('down'),
      },
    ])
  })

  it('delivers all events to a plugin with startFrom now', async () => {
    const plugin = definePlugin({ slug: 'fresh', startFrom: 'now', processEvent() {} })
    const { deliveries } = await runPlugin(plugin, [wasted('a')])
    expect(deliveries.map(({ outcome }) => outcome)).toEqual(['processed'])
  })

  it('shows duplicates, and the calls that a crash repeats', async () => {
    const keys: string[] = []
    const plugin = definePlugin({
      slug: 'counts',
      processEvent: (_event, { idempotencyKey }) => void keys.push(idempotencyKey),
    })
    const twice = await runPlugin(plugin, [wasted('a')], { duplicates: true })
    expect(twice.deliveries.map(({ outcome }) => outcome)).toEqual(['processed', 'duplicate'])
    expect(keys).toEqual(['test/counts/a'])
    await runPlugin(plugin, [wasted('a')], { crash: true })
    expect(keys).toEqual(['test/counts/a', 'test/counts/a', 'test/counts/a'])
  })

  it('gives the headers of the test to the record', async () => {
    const seen: unknown[] = []
    const plugin = definePlugin({
      slug: 'tenants',
      where: { exact: { ce_source: 'till' } },
      processEvent: (_event, { record: { headers }, trace }) =>
        void seen.push([headers.get('tenant'), headers.get('none'), [...headers].length, trace]),
    })
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const { unwanted } = await runPlugin(plugin, [wasted('a'), wasted('b')], {
      headers: ({ id }) => [
        ...Object.entries({ ce_source: id === 'a' ? 'till' : 'web', traceparent }),
        ['tenant', 'first'],
        ['tenant', Buffer.from('second')],
        ['none', null],
      ],
    })
    expect(seen).toEqual([['second', undefined, 5, { traceparent, tracestate: undefined }]])
    expect(unwanted.map(({ id }) => id)).toEqual(['b'])
  })

  it('rejects what the service would reject, with the reason', async () => {
    const plugin = definePlugin({ slug: 'ok', processEvent() {} })
    await expect(runPlugin({ slug: 'No Slug' } as never, [])).rejects.toThrow('slug: expected')
    const bad = { ...wasted('a'), reason: 7 } as never
    await expect(runPlugin(plugin, [bad])).rejects.toThrow('reason: expected a string, got 7')
  })

  it('passes the sql of the test to a plugin with sql: true, and rejects the plugin without it', async () => {
    const plugin = definePlugin({
      slug: 'writes',
      sql: true,
      async processEvent(event, { sql }) {
        const { rows } = await sql.query<{ n: number }>('select $1::int as n', [7])
        return rows[0]?.n === 7 ? undefined : reject(`no number for ${event.id}`)
      },
    })
    const asked: unknown[] = []
    const sql: Sql = {
      async query<Row>(text: string, values?: readonly unknown[]) {
        asked.push(text, values)
        return { rows: [{ n: 7 }] as Row[], rowCount: 1 }
      },
    }
    const { deliveries } = await runPlugin(plugin, [wasted('a')], { sql, duplicates: true })
    expect(deliveries.map(({ outcome }) => outcome)).toEqual(['processed', 'duplicate'])
    expect(asked).toEqual(['select $1::int as n', [7]])
    await expect(runPlugin(plugin, [wasted('a')])).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: 'sql: expected the option sql of runPlugin, got nothing',
    })
  })

  it('fails a plugin that uses context.sql without sql: true', async () => {
    const plugin = definePlugin({
      slug: 'forgot',
      retry: { maxAttempts: 1 },
      processEvent: async (_event, context) => void (await (context as SqlPluginContext).sql),
    })
    const { deliveries } = await runPlugin(plugin, [wasted('a')])
    expect(deliveries[0]).toMatchObject({
      reason: 'exhausted',
      error: 'context.sql: expected the plugin to set sql: true',
    })
  })

  it('reports a handler that never ends', async () => {
    const plugin = definePlugin({
      slug: 'endless',
      timeoutMs: 10,
      processEvent: () => new Promise<void>(() => {}),
    })
    await expect(runPlugin(plugin, [wasted('a')])).rejects.toThrow(
      'plugin endless: a handler ignores its aborted signal',
    )
  })
})
