import { pino } from 'pino'
import { GroupConsumer } from '../../src/kafka/consumer/group-consumer.ts'
import { noHistory } from '../../src/kafka/consumer/offset-reset.ts'
import type { OwnedPartition } from '../../src/kafka/consumer/owned-partition.ts'
import type { RebalanceMode } from '../../src/kafka/member/protocols.ts'
import { errorTypeOf } from '../../src/kafka/protocol/broker-error.ts'
import {
  type HeartbeatBody,
  heartbeatRequest,
} from '../../src/kafka/protocol/requests/heartbeat.ts'
import {
  type SyncGroupBody,
  syncGroupRequest,
} from '../../src/kafka/protocol/requests/sync-group.ts'
import type { Epoch } from '../../src/pipeline/source.ts'
import { type HandlerReturn, reject, retryAfter, skip } from '../../src/plugin/returns/returns.ts'
import { readTopicsOf } from '../../src/topics/names.ts'
import { ProcessCluster, type Transit } from '../support/fake-kafka/process-cluster.ts'
import { pipelineKit, plugin } from '../support/pipeline-kit.ts'
import { ProcessClock } from '../support/process-clock.ts'
import { storeOf } from './member-store.ts'
import { type Call, type LogRecord, nameOf, TOPIC, type World } from './world.ts'

export interface MemberOptions {
  instanceId: string | undefined
  mode: RebalanceMode
  /** As in the store. */
  turnsAhead: number
}

const SESSION_MS = 3_000
/** A request may wait for its turn, and time counts from when it was made. */
const SLACK_MS = 2_000
/** How long the group waits for a member to join again. */
const REBALANCE_LIMIT_MS = 60_000
const DRAIN_MS = 1_000
const SLOW_MS = 1_500
const LATENCY_MAX_MS = 3
const RETURNS: Record<
  Exclude<Parameters<Call['end']>[0], 'fail'>,
  () => HandlerReturn | undefined
> = {
  ok: () => undefined,
  skip: () => skip('no'),
  reject: () => reject('bad'),
  delay: () => retryAfter(700, 'limited'),
  'delay-uncounted': () => retryAfter(2_000, 'limited', { countsAsAttempt: false }),
}
const log = pino({ level: 'silent' })

/** One process of the service: the real consumer and pipeline. */
export class Member {
  readonly world: World
  readonly name: string
  readonly instanceId: string | undefined
  readonly turnsAhead: number
  readonly clock: ProcessClock
  readonly consumer: GroupConsumer
  readonly pipeline: ReturnType<typeof pipelineKit>['pipeline']
  readonly #cluster: ProcessCluster
  /** The partitions of the topic that it has open, and of which topic each is. */
  readonly open = new Map<number, Epoch>()
  readonly topicIds = new Map<string, string | undefined>()
  /** When it last looked up the mark of an event. */
  claimedAt = new Map<string, number>()
  /** As the group knows it; empty once it was told that the group does not, in a response that may be on its way. */
  id = ''
  isWaking = false
  isStopping = false
  isFenced = false
  #confirmedAtMs: number
  #syncedIn = -1
  /** The same, without a rebalance. */
  #settledAtMs: number

  constructor(world: World, name: string, { instanceId, mode, turnsAhead }: MemberOptions) {
    this.world = world
    this.name = name
    this.instanceId = instanceId
    this.turnsAhead = turnsAhead
    this.clock = new ProcessClock(world.clock)
    this.#confirmedAtMs = this.clock.elapsedMs()
    this.#settledAtMs = this.clock.elapsedMs()
    const { clock } = this
    this.#cluster = new ProcessCluster({
      kafka: world.kafka,
      clock,
      name,
      transitOf: ({ name: request }) => this.#transitOf(request),
      onAnswer: (...answered) => this.#onAnswer(...answered),
    })
    this.pipeline = this.#createPipeline()
    this.consumer = new GroupConsumer({
      cluster: this.#cluster.asCluster,
      groupId: 'group',
      instanceId,
      mode,
      topics: readTopicsOf([TOPIC]),
      intake: {
        ...this.pipeline,
        begin: (epoch) => this.#begin(epoch),
        end: (epoch) => this.#end(epoch),
      },
      clock,
      log,
      history: noHistory,
      outOfRange: 'earliest',
      sessionTimeoutMs: SESSION_MS,
      commitIntervalMs: 400,
      maxFetchedBytes: 10_000,
      rebalanceDrainMs: DRAIN_MS,
      reports: {
        onRebalance() {},
        onCommit() {},
        onOutOfRange() {},
        onFailure: (error) => this.#onFailure(error),
      },
    })
  }

  get isFrozen(): boolean {
    return this.clock.isFrozen
  }

  get isGone(): boolean {
    return this.clock.isDead
  }

  /** Whether what it holds and does counts: not while it is frozen, since nothing can tell it. */
  get counts(): boolean {
    return !this.isFrozen && !this.isGone && !this.isWaking && !this.isReplaced
  }

  /** Another process has its name: Kafka tells it when it asks next. */
  get isReplaced(): boolean {
    return this.world.replaced.includes(this)
  }

  /** Whether the group may have gone on without it. */
  get mayLoseAll(): boolean {
    const nowMs = this.clock.elapsedMs()
    const isExpired = nowMs - this.#confirmedAtMs >= SESSION_MS - SLACK_MS
    return (
      this.isStopping || isExpired || nowMs - this.#settledAtMs >= REBALANCE_LIMIT_MS - SESSION_MS
    )
  }

  async start(): Promise<void> {
    for (;;) {
      try {
        return await this.consumer.start()
      } catch {
        await this.clock.sleep(100)
      }
    }
  }

  /** As the service does: it ends what it can, and exits. */
  async stop(): Promise<void> {
    if (this.isStopping) return
    this.isStopping = true
    await this.consumer.stop(DRAIN_MS)
    this.exit()
  }

  exit(): void {
    this.clock.kill()
    for (const call of this.world.calls) if (call.member === this) this.world.calls.delete(call)
    this.world.removed(this)
  }

  async wake(): Promise<void> {
    this.isWaking = true
    await this.clock.wake()
    await this.world.advance(1)
    this.isWaking = false
    if (!this.isReplaced) this.world.witness.wakes(this)
  }

  async #begin(epoch: Epoch): Promise<void> {
    const { topic, partition } = epoch
    this.topicIds.set(`${topic}/${partition}`, (epoch as OwnedPartition).topicId)
    if (topic === TOPIC && this.open.get(partition) !== epoch) {
      this.world.witness.opens(this, epoch)
      this.open.set(partition, epoch)
    }
    await this.pipeline.begin(epoch)
  }

  #end(epoch: Epoch): void {
    this.world.witness.closes(this, epoch)
    if (this.open.get(epoch.partition) === epoch) this.open.delete(epoch.partition)
    this.pipeline.end(epoch)
  }

  #onFailure(error: Error): void {
    this.isFenced = error.message.includes('FENCED_INSTANCE_ID')
    if (!this.isFenced) this.world.problems.push(`${this.name} fails: ${error.stack}`)
    void this.stop()
  }

  #transitOf(request: string): Transit {
    const latency = () => this.world.random() * LATENCY_MAX_MS
    const times = { requestMs: latency(), responseMs: latency() }
    const trouble = this.world.takeTrouble(request)
    switch (trouble) {
      case undefined:
        return times
      case 'lost-request':
        return { ...times, lost: 'request' }
      case 'lost-response':
        return { ...times, lost: 'response' }
      case 'cut':
        return { ...times, isCut: true }
      case 'slow': {
        const isLateThere = this.world.random() < 0.5
        return isLateThere ? { ...times, requestMs: SLOW_MS } : { ...times, responseMs: SLOW_MS }
      }
    }
  }

  #onAnswer(apiKey: number, body: unknown, answer: unknown, sentAtMs: number): void {
    const isSync = apiKey === syncGroupRequest.apiKey
    if (!isSync && apiKey !== heartbeatRequest.apiKey) return
    const type = errorTypeOf((answer as { errorCode: number }).errorCode)
    this.id = type === 'UNKNOWN_MEMBER_ID' ? '' : (body as HeartbeatBody | SyncGroupBody).memberId
    const { generation } = body as HeartbeatBody | SyncGroupBody
    if (isSync && type === 'NONE') this.#syncedIn = generation
    if (type === 'NONE' && generation === this.#syncedIn)
      this.#settledAtMs = Math.max(this.#settledAtMs, sentAtMs)
    if (type === 'NONE' || (!isSync && type === 'REBALANCE_IN_PROGRESS'))
      this.#confirmedAtMs = Math.max(this.#confirmedAtMs, sentAtMs)
  }

  #createPipeline() {
    const { world, clock } = this
    const { pipeline } = pipelineKit({
      plugins: [plugin({ concurrency: 3, processEvent: this.#handler })],
      maxInFlightBytes: 3_000,
      store: storeOf(this),
      deadLetters: {
        async write(letter) {
          if (world.broken.deadLetters) throw new Error('not acknowledged')
          world.letters.push(letter)
        },
      },
      clock,
    })
    return pipeline
  }

  #handler = (
    event: object,
    context: {
      signal: AbortSignal
      record: { key: string | null; partition: number; offset: number }
    },
  ) => {
    const { id, content } = event as LogRecord
    const { key, partition, offset } = context.record
    const { world } = this
    const record = { id, content, key: key ?? '', offset }
    const about = { member: this, id, key: record.key, partition, offset }
    world.witness.calls(about)
    return new Promise<HandlerReturn | undefined>((resolve, fail) => {
      const call: Call = {
        ...about,
        end(how) {
          world.calls.delete(call)
          if (how === 'ok') world.effects.add(record, call.member)
          if (how === 'skip') world.declined.add(nameOf(record))
          if (how === 'fail') return fail(new Error('failed'))
          resolve(RETURNS[how]())
        },
      }
      world.calls.add(call)
      // When aborted, half of the handlers return and the others throw.
      context.signal.addEventListener('abort', () => {
        world.calls.delete(call)
        if (offset % 2 === 0) resolve(undefined)
        else fail(new Error('aborted'))
      })
    })
  }
}
