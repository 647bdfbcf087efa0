import { describe, expect, it } from 'vitest'
import { contentHash } from '../../../../src/avro/codec/content-hash.ts'
import { createWriterSchema } from '../../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../../src/avro/codec/encoder.ts'
import { fingerprint } from '../../../../src/avro/codec/fingerprint.ts'
import { builtInContract } from '../../../../src/avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../../../../src/avro/wire-format.ts'
import { HeaderList, headersOf, NO_HEADERS } from '../../../../src/event/headers.ts'
import type { SourceRecord } from '../../../../src/event/record.ts'
import type { WantedRecord } from '../../../../src/pipeline/delivery.ts'
import { createDecode, knownContentOf } from '../../../../src/pipeline/intake/decode.ts'
import { createPeek } from '../../../../src/pipeline/intake/peek.ts'
import { framed } from '../../../support/avro-bytes.ts'
import { readSamples } from '../../../support/samples.ts'

const [sample] = readSamples() as [ReturnType<typeof readSamples>[0]]
const contract = builtInContract().of(sample).text
const foreign = { type: 'record', name: 'acme.Ping', fields: [] }
const latin1 = Buffer.from('LOT-M\xfcller', 'latin1')
const place = { topic: 'events', partition: 0, offset: 0, timestampMs: 1_705_314_600_250 }
const headers = { ce_id: Buffer.from('ce-1'), ce_type: Buffer.from('acme.ping') }
const good = {
  ...place,
  key: Buffer.from('ent_1'),
  value: encodeEvent(builtInContract(), sample, 1),
  headers: NO_HEADERS,
}
const ping = { ...place, key: null, value: framed(foreign, {}), headers: headersOf(headers) }

/** What the service makes of a record, from the peek to the decoder. */
function contentOf(record: SourceRecord, schemaText: string, maxBytes?: number) {
  const schema = createWriterSchema(builtInContract(), schemaText, maxBytes)
  const peek = createPeek({ schemaIdOf, schemas: { lookup: () => ({ type: 'ready', schema }) } })
  const known = knownContentOf(record, peek(record))
  return createDecode({ contentHash, fingerprint })({ record, ...known } as WantedRecord)
}

const ofContract = (record: SourceRecord) => contentOf(record, contract)
const ofForeign = (record: SourceRecord) => contentOf(record, JSON.stringify(foreign))

describe('text beside the value', () => {
  it('is undecodable as the key of an entity if it is not UTF-8', () => {
    expect(ofContract(good).type).toBe('event')
    expect(ofContract({ ...good, key: latin1 })).toMatchObject({
      type: 'undecodable',
      error: 'key: expected text in UTF-8',
    })
  })

  it('may be any bytes as the key of a record outside the contract', () => {
    expect(ofForeign({ ...ping, key: latin1 }).type).toBe('event')
  })

  it.each(['ce_id', 'ce_type'])('is undecodable in header %s where the event takes it', (name) => {
    for (const before of [[], [{ name, value: 'x' }]]) {
      const last = { name, value: latin1 }
      expect(
        ofForeign({ ...ping, headers: new HeaderList([...ping.headers, ...before, last]) }),
      ).toMatchObject({
        type: 'undecodable',
        error: `header ${name}: expected text in UTF-8`,
      })
    }
    expect(ofContract({ ...good, headers: headersOf({ [name]: latin1 }) }).type).toBe('event')
  })
})

describe('what only the writer knows', () => {
  const { schema } = builtInContract().of(sample)
  const fields = [...(schema.fields ?? []), { name: 'lot', type: 'string' }]
  const writer = JSON.stringify({ ...schema, fields })
  const withLot = (lot: Buffer) => ({
    ...good,
    value: Buffer.concat([good.value, Buffer.from([lot.length * 2]), lot]),
  })

  it('is read at once, so that a record with malformed text in it is undecodable', () => {
    expect(contentOf(withLot(latin1), writer)).toMatchObject({
      type: 'undecodable',
      error: expect.stringContaining('lot: expected text in UTF-8'),
    })
  })

  it('counts as content, for the hash as for the fingerprint', () => {
    const [one, same, other, none] = [
      contentOf(withLot(Buffer.from('L1')), writer),
      contentOf(withLot(Buffer.from('L1')), writer),
      contentOf(withLot(Buffer.from('L2')), writer),
      ofContract(good),
    ]
    for (const print of ['hash', 'fingerprint'] as const) {
      expect(same[print]).toBe(one[print])
      expect(new Set([one, other, none].map((content) => content[print])).size).toBe(3)
    }
  })
})

describe('the time of an event that has none of its own', () => {
  it.each([
    ['2024-01-15T12:30:00+02:00', '2024-01-15T10:30:00Z'],
    ['2024-01-15T10:30:00.123456789Z', '2024-01-15T10:30:00.123456Z'],
    ['yesterday', '2024-01-15T10:30:00.250Z'],
    ['', '2024-01-15T10:30:00.250Z'],
  ])('with header ce_time %j is %s', (time, expected) => {
    const content = ofForeign({
      ...ping,
      headers: headersOf({ ...headers, ce_time: Buffer.from(time) }),
    })
    expect(content).toMatchObject({ event: { time: expected } })
  })

  it('never fails for the time of the record', () => {
    for (const timestampMs of [-1, 2 ** 62, -(2 ** 62), Number.NaN]) {
      const content = ofForeign({ ...ping, timestampMs })
      expect(content.type).toBe(timestampMs === -1 ? 'event' : 'undecodable')
    }
  })
})
