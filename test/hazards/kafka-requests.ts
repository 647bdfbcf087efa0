import { Reader } from '../../src/kafka/wire/reader.ts'
import { Writer } from '../../src/kafka/wire/writer.ts'

/** Requests that tests interfere with, by their number in the protocol. */
const APIS = {
  1: 'fetch',
  2: 'list-offsets',
  3: 'metadata',
  8: 'commit',
  10: 'find-coordinator',
  11: 'join',
  12: 'heartbeat',
  14: 'sync',
} as const

export type Api = (typeof APIS)[keyof typeof APIS]

export interface Request {
  /** Undefined for any other one. */
  api: Api | undefined
  version: number
  correlationId: number
  /** As it was sent, with its length. */
  frame: Buffer
}

/** An offset that a client wants to commit. */
export interface Commit {
  generation: number
  topic: string
  partition: number
  offset: number
}

export const ERRORS = {
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  NOT_COORDINATOR: 16,
  ILLEGAL_GENERATION: 22,
  UNKNOWN_MEMBER_ID: 25,
} as const

const LENGTH_BYTES = 4

/** The complete frames in the bytes received, and the rest. */
export function splitFrames(received: Buffer): { frames: Buffer[]; rest: Buffer } {
  const frames: Buffer[] = []
  let rest = received
  for (;;) {
    const end = rest.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + rest.readInt32BE(0)
    if (rest.length < end) return { frames, rest }
    frames.push(rest.subarray(0, end))
    rest = rest.subarray(end)
  }
}

export function requestOf(frame: Buffer): Request {
  const reader = headerOf(frame)
  const api = APIS[reader.int16() as keyof typeof APIS]
  return { api, version: reader.int16(), correlationId: reader.int32(), frame }
}

/** What a commit request names. kafkajs sends version 5, and we send version 7. */
export function commitsIn({ api, version, frame }: Request): Commit[] {
  if (api !== 'commit') return []
  const reader = headerOf(frame)
  reader.int32() // number and version
  reader.int32() // correlation id
  reader.string() // client id
  reader.string() // group
  const generation = reader.int32()
  reader.string() // member
  if (version >= 7) reader.nullableString() // instance
  const topics = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => {
      const [partition, offset] = [reader.int32(), reader.int64()]
      if (version >= 6) reader.int32() // leader epoch
      reader.nullableString() // metadata
      return { generation, topic, partition, offset }
    })
  })
  return topics.flat()
}

/** The response to a commit, a heartbeat or a sync before version 4 that is refused. */
export function refusalOf(request: Request, errorCode: number): Buffer {
  const writer = new Writer().int32(request.correlationId).int32(0)
  if (request.api === 'commit') {
    writer.array(commitsIn(request), ({ topic, partition }) => {
      writer.string(topic).int32(1).int32(partition).int16(errorCode)
    })
  } else writer.int16(errorCode)
  const length = new Writer().int32(writer.written.length).written
  return Buffer.concat([length, writer.written])
}

function headerOf(frame: Buffer): Reader {
  return new Reader(frame.subarray(LENGTH_BYTES))
}
