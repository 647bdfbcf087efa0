import { describe, expect, it } from 'vitest'
import type { Event } from '../../../src/event/event.ts'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { type PublishLinesOptions, publishLines } from '../../../src/publish/publish-lines.ts'
import { readLines } from '../../../src/publish/read-lines.ts'
import { InventoryEventsError } from '../../../src/util/errors.ts'
import { settled } from '../../support/manual-clock.ts'
import { tooLarge, unavailable } from './fake-producer.ts'

const line = (id: string) =>
  `${JSON.stringify({
    id,
    kind: 'inventory.destroyed',
    time: '2024-01-15T10:30:00Z',
    transactionId: 't',
    flowId: 'f',
    entityId: 'ent_1',
  })}\n`

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}

function setUp(
  input: AsyncIterable<Buffer>,
  publish: (event: Event) => Promise<void>,
  more: Partial<PublishLinesOptions> = {},
) {
  const said: string[] = []
  const kept: Buffer[] = []
  const options: PublishLinesOptions = {
    lines: readLines(input, 1_000),
    maxLineBytes: 1_000,
    publisher: { submit: (event, settled) => void publish(event).then(() => settled(), settled) },
    kinds: INVENTORY_KINDS,
    mint: { id: () => 'minted', nowMs: () => 0 },
    meantName: () => undefined,
    stop: new AbortController(),
    onBadLine: (number, problems) => said.push(...problems.map((text) => `${number}: ${text}`)),
    reject: async (bytes) => void kept.push(bytes),
    onProgress: () => {},
    ...more,
  }
  return { run: () => publishLines(options), said, kept: () => Buffer.concat(kept).toString() }
}

describe('publishing lines', () => {
  it('publishes valid lines in order, reports bad ones and keeps them as they were', async () => {
    const published: unknown[] = []
    const long = `"${'x'.repeat(2_000)}"\n`
    const input = chunks(
      line('a'),
      '\n',
      '{"no":\n',
      line('b'),
      long.slice(0, 900),
      long.slice(900),
      line('c'),
    )
    const { run, said, kept } = setUp(input, async ({ id }) => void published.push(id))
    expect(await run()).toEqual({ lines: 6, published: 3, bad: 2 })
    expect(published).toEqual(['a', 'b', 'c'])
    expect(said).toEqual([
      expect.stringMatching(/^3: not valid JSON: /),
      '5: longer than 1000 bytes',
    ])
    expect(kept()).toBe(`{"no":\n${long}`)
  })

  it('counts a record that Kafka refuses as a bad line, and continues', async () => {
    const { run, said, kept } = setUp(chunks(line('a'), line('b'), line('c')), async ({ id }) => {
      if (id === 'b') throw tooLarge()
    })
    expect(await run()).toEqual({ lines: 3, published: 2, bad: 1 })
    expect(said).toEqual(['2: too large'])
    expect(kept()).toBe(line('b'))
  })

  it('stops when Kafka is unavailable, and returns the first unacknowledged line', async () => {
    let read = 0
    async function* endless() {
      for (; read < 100_000; read++) yield Buffer.from(line(`${read}`))
    }
    const { run } = setUp(endless(), async ({ id }) => {
      await settled()
      if (id === '41') throw unavailable()
    })
    const counts = await run()
    expect(counts.failure).toMatchObject({ code: 'KAFKA_UNAVAILABLE' })
    expect(counts.resumeLine).toBe(42)
    expect(counts.published).toBeGreaterThanOrEqual(41)
    expect(read).toBeLessThan(100_000)
  })

  it.each(['TOPIC_MISSING', 'REGISTRY_REFUSED'] as const)('stops on %s', async (code) => {
    const { run, kept } = setUp(chunks(line('a')), async () => {
      throw new InventoryEventsError(code, 'no')
    })
    expect(await run()).toMatchObject({ resumeLine: 1, failure: { code }, bad: 0 })
    expect(kept()).toBe('')
  })

  it('ends early when aborted, with everything read acknowledged', async () => {
    const stop = new AbortController()
    async function* endless() {
      for (let i = 0; ; i++) {
        if (i === 10) stop.abort()
        if (i === 20) throw new Error('the source was destroyed')
        yield Buffer.from(line(`${i}`))
      }
    }
    const { run } = setUp(endless(), () => settled(), { stop })
    expect(await run()).toEqual({ lines: 10, published: 10, bad: 0 })
  })

  it('publishes what was read before the input failed, and says where to resume', async () => {
    async function* broken() {
      yield Buffer.from(line('a'))
      throw new Error('the disk is gone')
    }
    const counts = await setUp(broken(), () => settled()).run()
    expect(counts).toMatchObject({ lines: 1, published: 1, bad: 0, resumeLine: 2 })
    expect(counts.failure).toMatchObject({ message: 'the disk is gone' })
  })

  it('reads no faster than Kafka acknowledges', async () => {
    let read = 0
    let isStuck = true
    const waiting: (() => void)[] = []
    async function* many() {
      for (; read < 12_000; read++) yield Buffer.from(line(`${read}`))
    }
    const { run } = setUp(many(), () => {
      return isStuck ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()
    })
    const done = run()
    await expect.poll(() => waiting.length).toBe(5_000)
    await settled()
    expect(read).toBeLessThan(5_010)
    isStuck = false
    for (const go of waiting) go()
    expect(await done).toEqual({ lines: 12_000, published: 12_000, bad: 0 })
  })
})
