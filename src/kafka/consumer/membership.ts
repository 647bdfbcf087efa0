import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { Latch } from '../../util/latch.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import { backoffMs } from '../../util/retry.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import type { GroupMember } from '../member/group-member.ts'
import { sendHeartbeats } from '../member/heartbeats.ts'
import { faultOf } from '../member/member-fault.ts'
import type { Joined } from '../member/member-options.ts'
import type { RebalanceMode } from '../member/protocols.ts'
import { BrokerError } from '../protocol/broker-error.ts'
import type { Liveness } from './liveness.ts'
import type { Rebalance } from './options.ts'

export interface MembershipPorts {
  member: GroupMember
  mode: RebalanceMode
  clock: Clock
  log: Logger
  signs: Liveness
  sessionTimeoutMs: number
  /** What this member holds. */
  claims(): TopicPartition[]
  /** Before a join: everything stops and is committed. In an eager group only. */
  stopAll(): Promise<void>
  /** Before a join: resolves when no commit is under way; none begins until `onAssigned`. */
  commitsEnded(): Promise<void>
  /** The group has assigned these. Returns those that are to be handed over. */
  onAssigned(assigned: readonly TopicPartition[]): TopicPartition[]
  /** Resolves when the partitions are not this member's any more. */
  handOver(leaving: readonly TopicPartition[]): Promise<void>
  /** The group has given these to others, or will: nothing of them can be committed any more. */
  lose(places: readonly TopicPartition[]): void
  onRebalance(rebalance: Rebalance): void
  /** The service cannot continue. */
  onFailure(error: Error): void
}

const BACKOFF = { firstMs: 100, maxMs: 5_000 }
/** With these delays, about 6 s. */
const QUIET_FAILURES = 6
const LOOK_EVERY_MS = 10_000

/** Joins the group, and joins again whenever that is due. */
export class Membership {
  readonly #ports: MembershipPorts
  readonly #due = new Latch()
  readonly #failures: FailureLog
  #reason = 'start'
  #isJoined = false
  #hasEverJoined = false
  #isJoining = false
  /** In a row. */
  #failedJoins = 0
  #assignedAtMs = Number.NEGATIVE_INFINITY

  constructor(ports: MembershipPorts) {
    this.#ports = ports
    this.#failures = new FailureLog(ports)
  }

  /** Whether the member has joined its group, even if it was assigned no partitions. */
  get isJoined(): boolean {
    return this.#isJoined
  }

  /** A join is under way, which no commit may overlap. */
  get isJoining(): boolean {
    return this.#isJoining
  }

  /** Until the signal aborts. A join that is under way then ends first. */
  async stayJoined(stopped: AbortSignal): Promise<void> {
    const { clock, signs } = this.#ports
    const wake = () => this.#due.set()
    stopped.addEventListener('abort', wake, { once: true })
    while (!stopped.aborted) {
      signs.tried()
      try {
        await this.#rebalance(stopped)
        this.#failedJoins = 0
        while (!stopped.aborted && !this.#due.isSet) await this.#due.wait(LOOK_EVERY_MS, clock)
      } catch (error) {
        // What is completed can be committed, unless the group has gone on.
        this.#isJoining = false
        this.#failedJoins += 1
        if (!this.#judge(error as Error, this.#failedJoins)) return
        await clock.sleep(backoffMs(BACKOFF, this.#failedJoins), stopped)
      }
    }
  }

  /** Until the signal aborts. */
  sendHeartbeats(left: AbortSignal): Promise<void> {
    const { member, clock, signs, sessionTimeoutMs } = this.#ports
    const ports = {
      clock,
      sessionTimeoutMs,
      isMember: () => member.isKnown,
      sinceAssignedMs: () => clock.elapsedMs() - this.#assignedAtMs,
      sinceConfirmedMs: () => signs.sinceConfirmedMs,
      heartbeat: (limitMs: number) => member.heartbeat(limitMs),
      onRejoin: (error: Error) => this.#onAsked(error),
      onEvicted: (why: string) => this.evicted(why),
      onExpired: (why: string) => this.expired(why),
      onFenced: (error: Error) => this.fenced(error),
      onAttempt: () => signs.tried(),
    }
    return sendHeartbeats(ports, left)
  }

  /** Joins again soon. */
  rejoin(reason: string): void {
    this.#reason = reason
    this.#due.set()
  }

  /** The group has removed this member: it loses everything, and joins as another one. */
  evicted(why: string): void {
    this.#ports.member.forgetIdentity()
    this.#lose(why)
    this.rejoin(why)
  }

  /** Another process has this instance id: the partitions are its own from now on. */
  fenced(error: Error): void {
    this.#ports.member.expire()
    this.#lose(error.message)
    this.#ports.onFailure(error)
  }

  /** Nothing that is held here can be relied on any more: everything is read back by who gets it next. */
  expired(why: string): void {
    this.#ports.member.expire()
    this.#lose(why)
    this.rejoin(why)
  }

  /** One join, and what follows from its assignment. */
  async #rebalance(stopped: AbortSignal): Promise<void> {
    const { member, mode, clock, log } = this.#ports
    const startedAtMs = clock.elapsedMs()
    this.#due.clear()
    if (mode === 'eager' && this.#isJoined) await this.#ports.stopAll()
    this.#isJoining = true
    await this.#ports.commitsEnded()
    const reason = this.#reason
    const joined = await member.join(this.#ports.claims(), reason)
    this.#isJoining = false
    // A member that stops opens nothing. In a cooperative group nobody has yet what it still claims.
    if (stopped.aborted) return this.#ports.lose(joined.isCooperative ? [] : this.#ports.claims())
    this.#assignedAtMs = clock.elapsedMs()
    this.#isJoined = true
    this.#hasEverJoined = true
    this.#failures.worked({}, 'joined the group again')
    const leaving = this.#ports.onAssigned(joined.assigned)
    const counts = { partitions: joined.assigned.length, leaving: leaving.length }
    const seconds = (clock.elapsedMs() - startedAtMs) / 1000
    this.#ports.onRebalance({ seconds, reason, ...counts })
    log.info(counts, 'partitions assigned')
    if (joined.isOutdated) this.rejoin('the assignment is out of date')
    await this.#giveUp(leaving, joined)
  }

  /** What is not assigned any more. Nobody has it yet, unless the group's protocol is the eager one. */
  async #giveUp(leaving: readonly TopicPartition[], { isCooperative }: Joined): Promise<void> {
    if (leaving.length === 0) return
    if (!isCooperative) return this.#ports.lose(leaving)
    await this.#ports.handOver(leaving)
    this.rejoin('partitions were handed over')
  }

  /** Whether to join again; false if the service cannot continue. */
  #judge(error: Error, failures: number): boolean {
    const fault = faultOf(error)
    switch (fault) {
      case 'rejoin':
        this.#reason = error.message
        return true
      case 'evicted':
        this.evicted(error.message)
        return true
      case 'fenced':
        this.fenced(error)
        return false
      case 'refused':
      case 'misfit':
        if (this.#hasEverJoined) break
        this.#ports.onFailure(error)
        return false
      case 'coordinator':
        // A coordinator that has just started, or moved, loads its groups first.
        if (failures <= QUIET_FAILURES) return true
        break
      case 'retry':
        break
    }
    const delayMs = backoffMs(BACKOFF, failures)
    this.#failures.failed({ error: messageOf(error), delayMs }, 'cannot join the group; retrying')
    return true
  }

  /** The coordinator asked the member to join again. */
  #onAsked(error: Error): void {
    // The next join is due anyway.
    if (this.#isJoining || this.#failedJoins > 0) return
    const hasGoneOn = error instanceof BrokerError && error.type === 'ILLEGAL_GENERATION'
    if (hasGoneOn) this.#lose(error.message)
    this.rejoin(isRebalance(error) ? 'the group rebalances' : error.message)
  }

  #lose(why: string): void {
    this.#isJoined = false
    const claims = this.#ports.claims()
    this.#ports.log.warn({ partitions: claims.length, why }, 'lost the membership; joining again')
    this.#ports.lose(claims)
  }
}

function isRebalance(error: Error): boolean {
  return error instanceof BrokerError && error.type === 'REBALANCE_IN_PROGRESS'
}
