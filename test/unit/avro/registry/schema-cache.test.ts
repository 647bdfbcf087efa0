import { describe, expect, it } from 'vitest'
import type { FetchedSchema } from '../../../../src/avro/registry/registry.ts'
import { createSchemaCache } from '../../../../src/avro/registry/schema-cache.ts'
import { builtInContract } from '../../../../src/avro/schema/contract-schemas.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const found: FetchedSchema = { type: 'found', text: builtInContract().schemas[0]?.text ?? '' }

/** A registry with prepared responses that counts requests. */
function kit() {
  const clock = new ManualClock(1000)
  const asked: number[] = []
  const warnings: string[] = []
  const registry = { answer: (): Promise<FetchedSchema> => Promise.resolve(found) }
  const cache = createSchemaCache({
    contract: builtInContract(),
    clock,
    log: { warn: (_fields, message) => warnings.push(message) },
    fetchSchema(id) {
      asked.push(id)
      return registry.answer()
    },
  })
  return { cache, clock, asked, warnings, registry }
}

const down = () => Promise.reject(new Error('registry down'))

describe('the schema cache', () => {
  it('requests an id once, however often it is looked up', async () => {
    const { cache, asked } = kit()
    const first = cache.lookup(7)
    expect(first).toMatchObject({ type: 'waiting', why: 'requesting schema 7 from the registry' })
    expect(cache.lookup(7)).toBe(first)
    if (first.type === 'waiting') await first.cleared
    expect(cache.lookup(7)).toMatchObject({ type: 'ready' })
    expect(cache.lookup(7)).toBe(cache.lookup(7))
    expect(asked).toEqual([7])
  })

  it('remembers for a minute that there is no such schema', async () => {
    const { cache, clock, asked, registry } = kit()
    registry.answer = () => Promise.resolve({ type: 'missing', why: 'no schema 7' })
    cache.lookup(7)
    await settled()
    expect(cache.lookup(7)).toEqual({ type: 'missing', why: 'no schema 7' })
    await clock.advance(59_999)
    expect(cache.lookup(7).type).toBe('missing')
    expect(asked).toEqual([7])
    await clock.advance(1)
    registry.answer = () => Promise.resolve(found)
    expect(cache.lookup(7).type).toBe('waiting')
    await settled()
    expect(cache.lookup(7).type).toBe('ready')
  })

  it('requests a missing id for a young record for a while, since replicas lag', async () => {
    const { cache, clock, asked, registry } = kit()
    registry.answer = () => Promise.resolve({ type: 'missing', why: 'no schema 7' })
    expect(cache.lookup(7, clock.now()).type).toBe('waiting')
    for (let waitedMs = 0; waitedMs < 3_000; waitedMs += 250) {
      await clock.advance(250)
      expect(cache.lookup(7, clock.now()).type).toBe('waiting')
    }
    expect(asked.length).toBeGreaterThan(3)
    registry.answer = () => Promise.resolve(found)
    await clock.advance(4_000)
    cache.lookup(7, clock.now())
    await settled()
    expect(cache.lookup(7, clock.now()).type).toBe('ready')
  })

  it.each([
    ['a young record', 1_000],
    ['a record of the future', 1_000_000],
    ['a record of an unknown time', -1],
  ])(
    'reports an id as missing once it was requested long enough for %s',
    async (_title, writtenAtMs) => {
      const { cache, clock, asked, registry } = kit()
      registry.answer = () => Promise.resolve({ type: 'missing', why: 'no schema 7' })
      const startMs = clock.now()
      while (cache.lookup(7, writtenAtMs).type === 'waiting') await clock.advance(250)
      expect(clock.now() - startMs).toBeGreaterThanOrEqual(15_000)
      expect(clock.now() - startMs).toBeLessThan(20_000)
      expect(asked.length).toBeLessThan(10)
      // Not for each record once more.
      await clock.advance(60_000)
      cache.lookup(7, clock.now())
      await settled()
      expect(cache.lookup(7, clock.now()).type).toBe('missing')
    },
  )

  it('reports an id as missing at once for an old record, and still requests it for a young one', async () => {
    const { cache, clock, registry } = kit()
    registry.answer = () => Promise.resolve({ type: 'missing', why: 'no schema 7' })
    await clock.advance(10_000_000)
    cache.lookup(7, 1_000)
    await settled()
    expect(cache.lookup(7, 1_000).type).toBe('missing')
    registry.answer = () => Promise.resolve(found)
    expect(cache.lookup(7, clock.now()).type).toBe('waiting')
    await settled()
    expect(cache.lookup(7, clock.now()).type).toBe('ready')
  })

  it('does not wait for a schema that is there and cannot be used', async () => {
    const { cache, clock, registry } = kit()
    registry.answer = () => Promise.resolve({ type: 'unusable', why: 'schema 7 is JSON, not Avro' })
    cache.lookup(7, clock.now())
    await settled()
    expect(cache.lookup(7, clock.now())).toEqual({
      type: 'missing',
      why: 'schema 7 is JSON, not Avro',
    })
  })

  it('reports why a schema cannot be used', async () => {
    const { cache, registry } = kit()
    registry.answer = () => Promise.resolve({ type: 'found', text: '"string"' })
    cache.lookup(7)
    await settled()
    expect(cache.lookup(7)).toEqual({
      type: 'missing',
      why: "schema 7 can't be used: the schema is not an Avro record",
    })
  })

  it('backs off while the registry is unavailable, and never reports the schema as missing', async () => {
    const { cache, clock, asked, warnings, registry } = kit()
    registry.answer = down
    const gaps: number[] = []
    for (let attempt = 0; attempt < 10; attempt++) {
      const lookup = cache.lookup(7)
      if (lookup.type !== 'waiting') throw new Error(`it is ${lookup.type}`)
      const start = clock.now()
      let isCleared = false
      const cleared = lookup.cleared.then(() => {
        isCleared = true
      })
      while (!isCleared) await clock.advance(250)
      await cleared
      gaps.push(clock.now() - start)
    }
    expect(gaps).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
    expect(asked).toHaveLength(10)
    expect(warnings[0]).toBe('schema 7 could not be fetched: registry down')
    registry.answer = () => Promise.resolve(found)
    cache.lookup(7)
    await settled()
    expect(cache.lookup(7).type).toBe('ready')
  })

  it('sends no request during a back-off, and reports what it waits for', async () => {
    const { cache, clock, asked, registry } = kit()
    registry.answer = down
    cache.lookup(7)
    await settled()
    await clock.advance(249)
    expect(cache.lookup(7)).toMatchObject({ why: 'schema 7 could not be fetched: registry down' })
    expect(asked).toHaveLength(1)
  })

  it('ends its waits when it is closed', async () => {
    const { cache, registry } = kit()
    registry.answer = down
    const lookup = cache.lookup(7)
    await settled()
    cache.close()
    if (lookup.type === 'waiting') await lookup.cleared
  })

  it('forgets the oldest of ten thousand ids', async () => {
    const { cache, asked, registry } = kit()
    registry.answer = () => Promise.resolve({ type: 'missing', why: 'none' })
    for (let id = 0; id <= 10_000; id++) cache.lookup(id)
    await settled()
    cache.lookup(10_000)
    expect(asked).toHaveLength(10_001)
    cache.lookup(0)
    expect(asked).toHaveLength(10_002)
  })
})
