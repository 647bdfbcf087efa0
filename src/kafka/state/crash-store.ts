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
  /** How long one question to the brokers may take. */
  limitMs?: number
  log: Pick<Logger, 'warn'>
}

const LIMIT_MS = 10_000
const REFUSED = ['GROUP_AUTHORIZATION_FAILED', 'TOPIC_AUTHORIZATION_FAILED']

/** The group that holds them; it never has members. */
export function crashGroupOf(groupId: string): string {
  return `${groupId}.crashes`
}

/**
 * Crash counts in Kafka, whatever the idempotency store: as text beside the offsets of a group of
 * their own. They are few and short-lived, need no topic, and Kafka removes what is forgotten.
 */
export class KafkaCrashStore implements CrashStore {
  #notes: OffsetMetadata
  #log: Pick<Logger, 'warn'>
  #group: string
  /** One change at a time, since each reads what it writes back. */
  #last: Promise<unknown> = Promise.resolve()

  constructor({ kafka, groupId, limitMs = LIMIT_MS, log }: KafkaCrashStoreOptions) {
    this.#group = crashGroupOf(groupId)
    this.#notes = new OffsetMetadata(kafka, this.#group, limitMs)
    this.#log = log
  }

  /** Without the right to read them there are none: that must not keep a partition from being read. */
  async read(of: CrashPartition): Promise<CrashCounts> {
    try {
      const { text } = await this.#notes.read(of.topic, of.partition)
      return this.#decode(of, text)
    } catch (error) {
      if (!isRefused(error)) throw error
      const message = 'crashes are not counted: the group may not be read'
      this.#log.warn({ group: this.#group }, message)
      return new Map()
    }
  }

  change(of: CrashPartition, edit: (counts: CrashCounts) => void): Promise<void> {
    const changed = this.#last.then(() => this.#change(of, edit))
    this.#last = changed.catch(() => undefined)
    return changed
  }

  /** After the changes that were asked for. */
  async close(): Promise<void> {
    await this.#last
    await this.#notes.close()
  }

  async #change(of: CrashPartition, edit: (counts: CrashCounts) => void): Promise<void> {
    const before = await this.#notes.read(of.topic, of.partition)
    const counts = this.#decode(of, before.text)
    edit(counts)
    const text = encodeCrashCounts(counts)
    await this.#notes.write(of.topic, of.partition, { offset: lowest(counts, before), text })
  }

  #decode({ topic, partition }: CrashPartition, text: string): CrashCounts {
    const counts = decodeCrashCounts(text)
    if (counts !== undefined) return counts
    const message = 'crash counts were ignored: a newer version may have written them'
    this.#log.warn({ topic, partition, group: this.#group }, message)
    return new Map()
  }
}

function lowest(counts: CrashCounts, before: CommittedOffset): number {
  const offsets = [...counts.keys()].map(offsetOf)
  return offsets.length === 0 ? Math.max(0, before.offset) : Math.min(...offsets)
}

function isRefused(error: unknown): boolean {
  return causes(error).some(({ type }) => REFUSED.includes(type ?? ''))
}
