import type { Clock } from '../../util/clock.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import { faultOf } from './member-fault.ts'

export interface HeartbeatPorts {
  clock: Pick<Clock, 'sleep' | 'after'>
  sessionTimeoutMs: number
  /** Whether there is a membership to keep. */
  isMember(): boolean
  /** Milliseconds since the member was last assigned partitions. */
  sinceAssignedMs(): number
  /** Milliseconds since the coordinator last confirmed the member. */
  sinceConfirmedMs(): number
  heartbeat(limitMs: number): Promise<void>
  onRejoin(error: Error): void
  /** The group has removed the member. */
  onEvicted(why: string): void
  /** The group may have removed the member by now. */
  onExpired(why: string): void
  onFenced(error: Error): void
  /** An attempt was made, successful or not. */
  onAttempt(): void
}

/** Heartbeats per session. */
const PER_SESSION = 10
/** A partition that moves waits until every member has heard of the next join. */
const INTERVAL_MAX_MS = 500
/** After a failure, so that a coordinator that has moved is found soon. */
const RETRY_MS = 250
/**
 * A rebalance may be followed by another, which gives away what was handed over: nobody has those
 * partitions until all members have noticed it.
 */
const WATCHFUL_FOR_MS = 10_000
const WATCHFUL_INTERVAL_MS = 200

/**
 * Sends heartbeats until the signal aborts, on a timer of its own, also while the member joins: a
 * coordinator then responds that the group rebalances, which confirms the member all the same. A
 * member that has not been confirmed for as long as its session lasts counts as evicted here as it
 * does at the coordinator.
 */
export async function sendHeartbeats(ports: HeartbeatPorts, signal: AbortSignal): Promise<void> {
  const { clock, sessionTimeoutMs } = ports
  const intervalMs = Math.min(sessionTimeoutMs / PER_SESSION, INTERVAL_MAX_MS)
  while (!signal.aborted) {
    const isHealthy = await beat(ports)
    const isWatchful = ports.sinceAssignedMs() < WATCHFUL_FOR_MS
    const healthyMs = isWatchful ? Math.min(WATCHFUL_INTERVAL_MS, intervalMs) : intervalMs
    const waitMs = isHealthy ? healthyMs : RETRY_MS
    // Never past the end of the session: from then on, others may have the partitions.
    await clock.sleep(ports.isMember() ? Math.min(waitMs, leftMs(ports)) : waitMs, signal)
  }
}

/** Whether the next heartbeat may wait for the interval. */
async function beat(ports: HeartbeatPorts): Promise<boolean> {
  ports.onAttempt()
  if (!ports.isMember()) return true
  if (leftMs(ports) === 0) {
    ports.onExpired('no heartbeat was confirmed for as long as the session lasts')
    return true
  }
  try {
    const limitMs = Math.min(leftMs(ports), ports.sessionTimeoutMs / 3)
    // The request may wait for its turn, or for the coordinator to be found.
    await withTimeout(ports.heartbeat(limitMs), limitMs, late, ports.clock)
    return true
  } catch (error) {
    return judge(error as Error, ports)
  }
}

function leftMs({ sessionTimeoutMs, sinceConfirmedMs }: HeartbeatPorts): number {
  return Math.max(0, sessionTimeoutMs - sinceConfirmedMs())
}

const late = () => new Error('no response to a heartbeat in time')

function judge(error: Error, ports: HeartbeatPorts): boolean {
  const fault = faultOf(error)
  switch (fault) {
    case 'rejoin':
      ports.onRejoin(error)
      return true
    case 'evicted':
      ports.onEvicted(error.message)
      return true
    case 'fenced':
      ports.onFenced(error)
      return true
    case 'coordinator':
    case 'refused':
    case 'misfit':
    case 'retry':
      return false
  }
}
