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
/** Batches of several partitions share this time slice; then the lanes run. */
const SLICE_MS = 5
/** Reading the clock for each record would cost as much as handling some of them. */
const RECORDS_PER_LOOK = 16

/**
 * Creates kafkajs's eachBatch: it offers each record to the intake and returns, or waits for room
 * while sending heartbeats. The only errors that it throws are kafkajs's own from a heartbeat,
 * which make kafkajs rejoin. It resolves exactly the records taken, so the rest is fetched again.
 */
export function createFetch(ports: FetchPorts) {
  disablePretenuring()
  const slice = new TimeSlice(ports.clock, SLICE_MS)
  return async function fetch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload
    // Detects that this member was evicted while it was frozen or disconnected. A request is sent
    // only if the heartbeat interval has passed.
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
    // The partition may have been lost, and even regained, while the batch waited: then this batch
    // must not move kafkajs's position.
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
  // By index: until V8 has optimized it, an iterator allocates an object for each step.
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

/** Waits for an obstacle, sending heartbeats; false if the batch must be dropped. */
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
    // kafkajs throws a TypeError, which would crash the consumer, if the topic was lost meanwhile.
    // Then there is nothing to resolve.
  }
}

/** The offset in the fetch request. kafkajs sets it, but its types lack it. */
function fetchedOffsetOf(batch: Batch): number {
  return Number((batch as Batch & { fetchedOffset: string }).fetchedOffset)
}
