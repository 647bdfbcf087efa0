import type { PluginContext, ReadonlyHeaders } from 'inventory-events'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { HeaderList, type RecordHeader } from '../../../../src/event/headers.ts'
import type { SourceRecord } from '../../../../src/event/record.ts'
import { HandlerHeaders } from '../../../../src/pipeline/handle/handler-headers.ts'
import { partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const bytes = (text: string) => Buffer.from(text)
/** Order, repeats, null, an empty value, and a name and a value that are not UTF-8. */
const odd = (): RecordHeader[] => [
  { name: 'tenant', value: bytes('a') },
  { name: 'none', value: bytes('x') },
  { name: Buffer.from([0x61, 0xff]), value: bytes('2') },
  { name: 'tenant', value: bytes('ä') },
  { name: '__proto__', value: bytes('') },
  { name: 'none', value: null },
  { name: 'raw', value: Buffer.from([0xff]) },
]
const headers = () => new HandlerHeaders(new HeaderList(odd()))

describe("a record's headers in a handler", () => {
  it('are asked for by name: the last value counts', () => {
    expect(headers().get('tenant')).toBe('ä')
    expect(headers().get('__proto__')).toBe('')
    expect(headers().get('none')).toBeUndefined()
    expect(headers().get('Tenant')).toBeUndefined()
    expect(headers().get('constructor')).toBeUndefined()
    expect(headers().get('raw')).toBe('\ufffd')
    expect(headers().getBytes('raw')).toEqual(Buffer.from([0xff]))
    expect(headers().getBytes('none')).toBeNull()
    expect(headers().getBytes('other')).toBeUndefined()
  })

  it('are iterated in their order, with repeats', () => {
    const texts = odd().map(({ name, value }) => [name.toString(), value])
    expect([...headers()]).toEqual(texts)
  })

  it('are typed', () => {
    expectTypeOf<PluginContext['record']['headers']>().toEqualTypeOf<ReadonlyHeaders>()
    expectTypeOf(headers().get('x')).toEqualTypeOf<string | undefined>()
    for (const [name, value] of headers() as ReadonlyHeaders) {
      expectTypeOf(name).toEqualTypeOf<string>()
      expectTypeOf(value).toEqualTypeOf<Buffer | null>()
    }
  })

  it('can be kept after the call: what becomes of the fetched bytes does not change them', async () => {
    const kept: PluginContext['record'][] = []
    const keeps = plugin({
      processEvent(_event, { record }) {
        kept.push(record)
        expect(record.headers.get('tenant')).toBe('ä')
        expect(record.headers).toBe(record.headers)
      },
    })
    const kit = pipelineKit({ plugins: [keeps] })
    const fetched = odd()
    partition(kit).take({
      value: bytes('{"id":"1","kind":"inventory.moved"}'),
      headers: new HeaderList(fetched),
    })
    for (const { value } of fetched) if (Buffer.isBuffer(value)) value.fill(0)
    expect(kept.map(({ headers }) => headers.get('tenant'))).toEqual(['ä'])
  })

  it('cannot be written to, nor the record through them', async () => {
    const seen: unknown[] = []
    const writes = (slug: string) =>
      plugin({
        slug,
        processEvent(_event, { record, attempt }) {
          seen.push([record.headers.get('tenant'), record.headers.get('raw')])
          record.headers.getBytes('tenant')?.fill(0)
          for (const [, value] of record.headers) value?.fill(0)
          seen.push([record.headers.get('tenant'), record.headers.get('raw')])
          if (attempt === 1) throw new Error('again')
        },
      })
    const kit = pipelineKit({ plugins: [writes('a'), writes('b')] })
    partition(kit).take({
      value: bytes('{"id":"1","kind":"inventory.moved"}'),
      headers: new HeaderList(odd()),
    })
    await kit.clock.advance(1_000)
    expect(kit.ended.map(({ outcome }) => outcome)).toEqual(['processed', 'processed'])
    expect(seen).toEqual(Array(8).fill(['ä', '\ufffd']))
  })

  it('make nothing while they are not asked for', () => {
    const unread = new HeaderList([])
    unread[Symbol.iterator] = () => {
      throw new Error('read')
    }
    const seen: number[] = []
    const reads = plugin({ processEvent: (_, { record }) => void seen.push(record.offset) })
    const kit = pipelineKit({ plugins: [reads] })
    const value = bytes('{"id":"1","kind":"inventory.moved"}')
    const copy = function (this: SourceRecord) {
      return this
    }
    partition(kit).take({ value, headers: unread, copy })
    expect(seen).toEqual([0])
  })
})
