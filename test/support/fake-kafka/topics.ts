import type { EpochEnd } from '../../../src/kafka/records/fetch-answer.ts'
import { type BatchRecord, recordBatch } from '../record-batches.ts'

export interface StoredBatch {
  baseOffset: number
  lastOffset: number
  leaderEpoch: number
  bytes: Buffer
}

/** One partition: its log and its leader. */
export class FakePartition {
  leader: number
  leaderEpoch = 0
  start = 0
  readonly batches: StoredBatch[] = []

  constructor(leader: number) {
    this.leader = leader
  }

  get end(): number {
    return (this.batches.at(-1)?.lastOffset ?? this.start - 1) + 1
  }

  /** Appends one batch. `gap`: offsets at its end that compaction has left without a record. */
  append(records: readonly Omit<BatchRecord, 'offsetDelta'>[], gap = 0): void {
    const baseOffset = this.end
    const lastOffsetDelta = records.length - 1 + gap
    const written = records.map((record, offsetDelta) => ({ ...record, offsetDelta }))
    const { leaderEpoch } = this
    const bytes = recordBatch(written, { baseOffset, lastOffsetDelta, leaderEpoch })
    this.batches.push({ baseOffset, lastOffset: baseOffset + lastOffsetDelta, leaderEpoch, bytes })
  }

  /** A leader is elected that has no batches from the offset on. */
  cutOff(offset: number, leader: number): void {
    const kept = this.batches.findIndex(({ lastOffset }) => lastOffset >= offset)
    if (kept >= 0) this.batches.length = kept
    this.moveTo(leader)
  }

  /** Where the log differs from that of a client which has read up to the offset, in this epoch last. */
  divergenceFrom(offset: number, epoch: number): EpochEnd | undefined {
    const known = this.batches.findLast(({ leaderEpoch }) => leaderEpoch <= epoch)
    const next = this.batches.find(({ leaderEpoch }) => leaderEpoch > epoch)
    const end = { epoch: known?.leaderEpoch ?? epoch, endOffset: next?.baseOffset ?? this.end }
    return end.epoch < epoch || end.endOffset < offset ? end : undefined
  }

  /** Whole batches, of which the first holds the offset or comes after it. */
  read(offset: number, batchesMax: number): Buffer {
    const from = this.batches.findIndex(({ lastOffset }) => lastOffset >= offset)
    if (from < 0) return Buffer.alloc(0)
    return Buffer.concat(this.batches.slice(from, from + batchesMax).map(({ bytes }) => bytes))
  }

  moveTo(leader: number): void {
    this.leader = leader
    this.leaderEpoch += 1
  }
}

export interface FakeTopic {
  topicId: string
  partitions: FakePartition[]
}
