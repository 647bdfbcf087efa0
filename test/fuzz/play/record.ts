import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import kafkajs from 'kafkajs'
import { encodeEvent } from '../../../src/avro/codec/encoder.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { writeFrame } from '../../../src/avro/wire-format.ts'
import { ownHeaders } from '../../../src/dead-letter/headers.ts'
import type { Event } from '../../../src/event/event.ts'
import { HeaderList } from '../../../src/event/headers.ts'
import { assertNever } from '../../../src/event/outcome.ts'
import { framed } from '../../support/avro-bytes.ts'
import { asKafkajsWrites, kafkaMessage } from '../../support/kafka-message.ts'
import type { Fate } from '../judge/fate.ts'
import type { Dressing, EventJson, Step } from '../steps/step.ts'
import { upgraded } from '../variants/contract-variants.ts'
import { type Variant, variants } from '../variants/variants.ts'
import { uniqueId } from './intake.ts'
import type { Play } from './player.ts'

export type RecordStep = Extract<Step, { dressing: Dressing }>

/** A value to be written as a record, with its fate. */
interface Outgoing {
  value: Buffer | null
  fate: Fate
  dressing: Dressing
}

const CODECS = {
  none: kafkajs.CompressionTypes.None,
  gzip: kafkajs.CompressionTypes.GZIP,
  snappy: kafkajs.CompressionTypes.Snappy,
  zstd: kafkajs.CompressionTypes.ZSTD,
}

/** Beyond any id that the registry has given. */
const UNKNOWN_SCHEMA = 0x7f00_0000
/** Young records wait for the registry to learn of their schema; these do not. */
const OLD = String(Date.UTC(2024, 0, 15))

/** Writes the step's records past the publisher. */
export async function playRecord(step: RecordStep, play: Play): Promise<void> {
  for (const outgoing of await outgoingOf(step, play)) {
    const written = await produce(outgoing, play)
    play.expected.add({ step: play.step, ...written, fate: outgoing.fate })
    if (outgoing.fate.type === 'event') play.lastId = outgoing.fate.event.id
  }
}

async function outgoingOf(step: RecordStep, play: Play): Promise<Outgoing[]> {
  const { dressing } = step
  switch (step.do) {
    case 'record': {
      const event = { ...step.event, id: uniqueId(step.event.id, play) }
      return [{ value: encoded(event, play), fate: fateOf(event, dressing), dressing }]
    }
    case 'garbage':
      return [garbage(step)]
    case 'change': {
      const value = encoded({ ...step.event, id: uniqueId(step.event.id, play) }, play)
      value[changedAt(step.at, value, play)] = step.byte
      return [{ value, fate: { type: 'either' }, dressing }]
    }
    case 'tombstone':
      return [{ value: null, fate: { type: 'tombstone' }, dressing }]
    case 'variant':
      return [await variantOf(step, play)]
    case 'twice':
      return twice(step, play)
    case 'bomb':
      return [bomb(step, play)]
    case 'too large for a letter': {
      const value = randomBytes(step.bytes)
      value[0] = 1
      const fate = { type: 'undecodable', reason: 'undecodable', isStub: true } as const
      return [{ value, fate, dressing }]
    }
    default:
      return assertNever(step)
  }
}

const FRAME_BYTES = 5

/** The length of the id, or behind its unique part: an event must not get the id of another. */
function changedAt(at: number, value: Buffer, { prefix }: Play): number {
  if (at === 0) return FRAME_BYTES
  const first = FRAME_BYTES + prefix.length + 10
  return first + (at % (value.length - first))
}

function garbage({ bytes, framed, dressing }: Extract<Step, { do: 'garbage' }>): Outgoing {
  const value = Buffer.from(bytes, 'base64')
  const fate = { type: 'undecodable', reason: 'undecodable' } as const
  if (!framed) {
    if (value[0] === 0) value[0] = 1
    return { value, fate, dressing }
  }
  const padded = Buffer.concat([Buffer.alloc(FRAME_BYTES), value])
  writeFrame(padded, UNKNOWN_SCHEMA + (value[0] ?? 0))
  return { value: padded, fate, dressing: { ...dressing, timestamp: OLD } }
}

async function variantOf(
  { variant: name, text, number, dressing }: Extract<Step, { do: 'variant' }>,
  play: Play,
): Promise<Outgoing> {
  const { schema, value, fate, headers = () => [] }: Variant = variants[name]
  const written = { id: uniqueId('', play), text, number }
  const bytes = await valueBy(schema, value(written), play)
  const own = dressing.headers.filter(([header]) => !header.startsWith('ce_'))
  return {
    value: bytes,
    fate: fate(written),
    dressing: { ...dressing, headers: [...own, ...headers(written)] },
  }
}

/** An event, and once more: as it was, by a producer with a newer schema, or with other content. */
async function twice(
  { how, event: original, dressing }: Extract<Step, { do: 'twice' }>,
  play: Play,
): Promise<Outgoing[]> {
  const event: EventJson = { ...original, id: uniqueId(original.id, play) }
  const first = { value: encoded(event, play), fate: handled(event), dressing }
  switch (how) {
    case 'same':
      return [first, { ...first, fate: { type: 'duplicate' } }]
    case 'upgraded': {
      const value = await valueBy(upgraded.schema, upgraded.value(event), play)
      return [first, { value, fate: { type: 'duplicate' }, dressing }]
    }
    case 'conflict': {
      const other = { ...event, transactionId: `${event.transactionId} other` }
      const fate = { ...handled(other), type: 'conflict' } as const
      return [first, { value: encoded(other, play), fate, dressing }]
    }
  }
}

/** A few bytes on the wire, once compressed, that become millions of values. */
function bomb({ nulls, dressing }: Extract<Step, { do: 'bomb' }>, play: Play): Outgoing {
  const event = {
    id: uniqueId('', play),
    name: 'bomb',
    time: '2024-01-15T10:30:00Z',
    args: [],
    kwargs: {},
  }
  const empty = encoded(event, play)
  // The event ends with the empty args and kwargs, a zero each.
  const ends = empty.subarray(-2)
  const count = varint(nulls)
  const value = Buffer.concat([empty.subarray(0, -2), count, Buffer.alloc(nulls), ends])
  const fate = { type: 'undecodable', name: 'bomb', reason: 'too-large' } as const
  return { value, fate, dressing: { ...dressing, codec: 'gzip' } }
}

function varint(count: number): Buffer {
  const bytes: number[] = []
  let rest = count * 2
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

/** The contract has keys in UTF-8. */
function fateOf(event: EventJson, { key }: Dressing): Fate {
  const fate = handled(event)
  const isGood = key === null || isUtf8(Buffer.from(key, 'base64'))
  return isGood ? fate : { ...fate, type: 'undecodable', reason: 'undecodable' }
}

function handled(event: EventJson): Extract<Fate, { type: 'event' }> {
  return { type: 'event', name: String(event.kind ?? event.name), event }
}

function encoded(json: EventJson, { world }: Play): Buffer {
  const event = json as unknown as Event
  return encodeEvent(
    builtInContract(),
    event,
    world.schemaIds.get(builtInContract().of(event).fullName)!,
  )
}

async function valueBy(schema: string, value: object, { world }: Play): Promise<Buffer> {
  const bytes = framed(JSON.parse(schema), value)
  writeFrame(bytes, await world.site.schemaId(schema))
  return bytes
}

/** Returns the record's place, `partition@offset`, and what a dead letter keeps of it. */
async function produce({ value, dressing }: Outgoing, { world }: Play) {
  const { partition, timestamp, codec } = dressing
  const key = dressing.key === null ? null : Buffer.from(dressing.key, 'base64')
  const headers = headersOf(dressing.headers)
  const message = kafkaMessage({ partition, key, value, headers })
  if (timestamp !== undefined) message.timestamp = timestamp
  const [written] = await world.producer.send({
    topic: world.topic,
    messages: [message],
    compression: CODECS[codec],
  })
  const bytes = { key, value, headers: ownHeaders(asKafkajsWrites(headers)) }
  return { place: `${partition}@${written?.baseOffset}`, bytes }
}

function headersOf(list: Dressing['headers']): HeaderList {
  return new HeaderList(
    list.map(([name, value]) => {
      return { name, value: value === null ? null : Buffer.from(value, 'latin1') }
    }),
  )
}
