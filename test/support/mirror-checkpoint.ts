import { Buffer } from 'node:buffer'

/** A record of MirrorMaker 2's checkpoints, as `org.apache.kafka.connect.mirror.Checkpoint` writes it. */
export function mirrorCheckpoint(of: {
  groupId: string
  topic: string
  partition: number
  offset: number
  version?: number
}) {
  const partition = Buffer.alloc(4)
  partition.writeInt32BE(of.partition)
  const value = Buffer.alloc(2 + 8 + 8)
  value.writeInt16BE(of.version ?? 0)
  value.writeBigInt64BE(BigInt(of.offset + 1_000), 2)
  value.writeBigInt64BE(BigInt(of.offset), 10)
  return {
    key: Buffer.concat([text(of.groupId), text(of.topic), partition]),
    value: Buffer.concat([value, text('')]),
  }
}

function text(of: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeInt16BE(Buffer.byteLength(of))
  return Buffer.concat([length, Buffer.from(of)])
}
