import type { Kafka } from 'kafkajs'
import {
  type CrashCounts,
  type CrashPartition,
  type CrashStore,
  offsetOf,
} from '../../pipeline/admit/crash-counts.ts'
import type { Logger } from '../../util/logger.ts'
import { causes } from '../client/errors.ts'
import { decodeCrashCounts, encodeCrashCounts } from './crash-format.ts'
import { type CommittedOffset, OffsetMetadata } from './offset-metadata.ts'

export interface KafkaCrashStoreOptions {
  kafka: Kafka
  /** The group whose handlers are counted. */
  groupId: string
  /** Timeout of one request to the brokers. */
  limitMs?: number
  log: Pick<Logger, 'warn'>
}

const LIMIT_MS = 10_000
const DENIED = ['GROUP_AUTHORIZATION_FAILED', 'TOPIC_AUTHORIZATION_FAILED']

/** The group whose offset metadata holds the crash counts of a group; it never has members. */
export function crashGroupOf(groupId: string): string {
  return `${groupId}.crashes`
}

/**
 * Stores crash counts in Kafka, whatever the idempotency store, as offset metadata of a group of
 * their own. They are few and short-lived; this way they need no topic, and Kafka expires old ones.
 */
export class KafkaCrashStore implements CrashStore {
  #metadata: OffsetMetadata
  #log: Pick<Logger, 'warn'>
  #group: string
  /** The last change. Changes run one at a time, since each is a read-modify-write. */
  #last: Promise<unknown> = Promise.resolve()

  constructor({ kafka, groupId, limitMs = LIMIT_MS, log }: KafkaCrashStoreOptions) {
    this.#group = crashGroupOf(groupId)
    this.#metadata = new OffsetMetadata(kafka, this.#group, limitMs)
    this.#log = log
  }

  /** No counts if the user may not read the group: a missing right must not stop a partition. */
  async read(of: CrashPartition): Promise<CrashCounts> {
    try {
      const { text } = await this.#metadata.read(of.topic, of.partition)
      return this.#decode(of, text)
    } catch (error) {
      if (!isDenied(error)) throw error
      const message = 'crashes are not counted: this user may not read the group'
      this.#log.warn({ group: this.#group }, message)
      return new Map()
    }
  }

  change(of: CrashPartition, edit: (counts: CrashCounts) => void): Promise<void> {
    const changed = this.#last.then(() => this.#change(of, edit))
    this.#last = changed.catch(() => undefined)
    return changed
  }

  /** Resolves when all pending changes are done and the connection is closed. */
  async close(): Promise<void> {
    await this.#last
    await this.#metadata.close()
  }

  async #change(of: CrashPartition, edit: (counts: CrashCounts) => void): Promise<void> {
    const before = await this.#metadata.read(of.topic, of.partition)
    const counts = this.#decode(of, before.text)
    edit(counts)
    const text = encodeCrashCounts(counts)
    await this.#metadata.write(of.topic, of.partition, { offset: lowest(counts, before), text })
  }

  #decode({ topic, partition }: CrashPartition, text: string): CrashCounts {
    const counts = decodeCrashCounts(text)
    if (counts !== undefined) return counts
    const message =
      'ignoring crash counts in an unknown format; a newer version may have written them'
    this.#log.warn({ topic, partition, group: this.#group }, message)
    return new Map()
  }
}

function lowest(counts: CrashCounts, before: CommittedOffset): number {
  const offsets = [...counts.keys()].map(offsetOf)
  return offsets.length === 0 ? Math.max(0, before.offset) : Math.min(...offsets)
}

function isDenied(error: unknown): boolean {
  return causes(error).some(({ type }) => DENIED.includes(type ?? ''))
}
