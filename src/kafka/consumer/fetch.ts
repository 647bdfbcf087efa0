import type { Batch, EachBatchPayload } from 'kafkajs'
import type { Intake, Obstacle } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import { TimeSlice } from '../../util/time-slice.ts'
import { disablePretenuring } from '../patches/v8-pretenuring.ts'
import type { OwnedPartition } from './owned-partition.ts'
import { emptyRecord, fillRecord, type ReadMessage } from './source-record.ts'

export interface FetchPorts {
  intake: Intake
  clock: Clock
  /** The partition if it is ours and may be read; undefined drops the batch. */
  readable(topic: string, partition: number): OwnedPartition | undefined
  seekBack(owned: OwnedPartition): void
  /** Stops reading the partition until the obstacle is cleared. */
  park(owned: OwnedPartition, obstacle: Obstacle): void
}

/** How long a batch waits for room before its partition is paused: pausing and resuming is slow. */
const PATIENCE_MS = 2_000
const HEARTBEAT_EVERY_MS = 250
/** Batches of several partitions are taken in at once: for so long together, then lanes go on. */
const SLICE_MS = 5
/** To look at the clock for each record would cost as much as some of them. */
const RECORDS_PER_LOOK = 16

/**
 * Takes kafkajs's batches in. It copies, enqueues and returns, or waits for room while it goes on
 * sending heartbeats. Only kafkajs's own errors leave it: those of a heartbeat, which make it
 * rejoin. It resolves exactly what was taken, so the rest is fetched again.
 */
export function createFetch(ports: FetchPorts) {
  disablePretenuring()
  const slice = new TimeSlice(ports.clock, SLICE_MS)
  return async function fetch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload
    // A member that was frozen or cut off hears first whether it still is one. This asks the group's
    // coordinator only when that was not done for a while.
    await payload.heartbeat()
    const owned = ports.readable(batch.topic, batch.partition)
    if (owned === undefined || owned.isTaking) return
    // A batch that was fetched for an older assignment, or before a seek, does not continue what
    // was taken so far: taking it would skip records or take them twice.
    if (fetchedOffsetOf(batch) !== owned.ledger.expected) return ports.seekBack(owned)
    owned.isTaking = true
    const isWhole = await takeAll(payload, owned, ports, slice).finally(() => {
      owned.isTaking = false
    })
    // The partition may have been lost, and even regained, while the batch waited: then what kafkajs
    // reads next is no longer this batch's to say.
    if (ports.readable(batch.topic, batch.partition) !== owned) return
    if (isWhole) owned.ledger.passTo(Number(batch.lastOffset()) + 1)
    resolve(payload, owned)
  }
}

async function takeAll(
  payload: EachBatchPayload,
  owned: OwnedPartition,
  ports: FetchPorts,
  slice: TimeSlice,
): Promise<boolean> {
  const { messages } = payload.batch
  const record = emptyRecord(payload.batch)
  // By number, as an iterator makes an object of each step until the engine has optimized it away.
  for (let i = 0; i < messages.length; i++) {
    if (i % RECORDS_PER_LOOK === 0 && slice.isOver()) {
      while (slice.isOver()) await slice.next
      await payload.heartbeat()
      if (ports.readable(owned.topic, owned.partition) !== owned) return false
    }
    fillRecord(record, messages[i] as ReadMessage)
    let obstacle = ports.intake.take(owned, record)
    while (obstacle !== undefined) {
      const isCleared = await outwait(obstacle, payload, owned, ports)
      if (!isCleared) return false
      obstacle = ports.intake.take(owned, record)
    }
  }
  return true
}

/** Waits for an obstacle, with heartbeats; false if the batch must be given up. */
async function outwait(
  obstacle: Obstacle,
  payload: EachBatchPayload,
  owned: OwnedPartition,
  ports: FetchPorts,
): Promise<boolean> {
  const { clock } = ports
  const patienceEndMs = clock.now() + PATIENCE_MS
  const cleared = obstacle.cleared.then(() => true)
  for (;;) {
    const isCleared = await Promise.race([cleared, pause(clock)])
    await payload.heartbeat()
    if (ports.readable(owned.topic, owned.partition) !== owned) return false
    if (isCleared) return true
    if (clock.now() < patienceEndMs) continue
    ports.park(owned, obstacle)
    return false
  }
}

async function pause(clock: Clock): Promise<false> {
  await clock.sleep(HEARTBEAT_EVERY_MS)
  return false
}

/** Tells kafkajs where the next fetch starts. */
function resolve(payload: EachBatchPayload, owned: OwnedPartition): void {
  try {
    payload.resolveOffset(String(owned.ledger.expected - 1))
  } catch {
    // kafkajs throws a TypeError, and would end the consumer, when the topic was lost meanwhile.
    // Then there is nothing to resolve.
  }
}

/** The offset that the fetch asked for. kafkajs has it, its types do not. */
function fetchedOffsetOf(batch: Batch): number {
  return Number((batch as Batch & { fetchedOffset: string }).fetchedOffset)
}
