/** A request as a client sends it, including its length. */
export type Frame = Buffer

/** A client's commit request. */
export interface CommitRequest {
  generation: number
  topic: string
  partition: number
  offset: number
}

const OFFSET_COMMIT = 8
const FIND_COORDINATOR = 10
/** The version that kafkajs sends, and the only one decoded here. */
const COMMIT_VERSION = 5
/** Retriable: the coordinator is still loading. */
export const COORDINATOR_LOAD_IN_PROGRESS = 14
/** The broker is not the group's coordinator. */
export const NOT_COORDINATOR = 16

const LENGTH_BYTES = 4

/** The complete requests in the bytes received, and the rest. */
export function splitFrames(received: Buffer): { frames: Frame[]; rest: Buffer } {
  const frames: Frame[] = []
  let rest = received
  for (;;) {
    if (rest.length < LENGTH_BYTES) return { frames, rest }
    const end = LENGTH_BYTES + rest.readInt32BE(0)
    if (rest.length < end) return { frames, rest }
    frames.push(rest.subarray(0, end))
    rest = rest.subarray(end)
  }
}

export function isCommit(frame: Frame): boolean {
  return frame.readInt16BE(LENGTH_BYTES) === OFFSET_COMMIT
}

export function isFindCoordinator(frame: Frame): boolean {
  return frame.readInt16BE(LENGTH_BYTES) === FIND_COORDINATOR
}

export function readCommit(frame: Frame): CommitRequest[] {
  const reader = new Reader(frame, LENGTH_BYTES + 2)
  const version = reader.int16()
  if (version !== COMMIT_VERSION) {
    throw new Error(`OffsetCommit: expected version ${COMMIT_VERSION}, got ${version}`)
  }
  reader.int32() // correlation id
  reader.string() // client id
  reader.string() // group
  const generation = reader.int32()
  reader.string() // member
  const topics = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => {
      const [partition, offset] = [reader.int32(), reader.int64()]
      reader.string() // metadata
      return { generation, topic, partition, offset }
    })
  })
  return topics.flat()
}

/** A response to a commit, with an error for each partition. */
export function refusalOf(frame: Frame, errorCode: number): Buffer {
  const correlationId = frame.subarray(LENGTH_BYTES + 4, LENGTH_BYTES + 8)
  const throttleMs = int32(0)
  const topics = readCommit(frame).map(({ topic, partition }) =>
    Buffer.concat([
      int16(topic.length),
      Buffer.from(topic),
      int32(1),
      int32(partition),
      int16(errorCode),
    ]),
  )
  const body = Buffer.concat([correlationId, throttleMs, int32(topics.length), ...topics])
  return Buffer.concat([int32(body.length), body])
}

/** Reads Kafka's primitive types, one after the other. */
class Reader {
  #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#skip(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#skip(4))
  }

  int64(): number {
    return Number(this.#bytes.readBigInt64BE(this.#skip(8)))
  }

  /** Null counts as empty. */
  string(): string {
    const length = Math.max(0, this.int16())
    const from = this.#skip(length)
    return this.#bytes.toString('utf8', from, from + length)
  }

  array<T>(read: () => T): T[] {
    return Array.from({ length: this.int32() }, read)
  }

  #skip(length: number): number {
    const from = this.#at
    this.#at += length
    return from
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
