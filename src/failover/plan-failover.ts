import type { Kafka } from 'kafkajs'
import { storeChoice } from '../config/value-types.ts'
import type { Audit, ControlRecord } from '../control/control-record.ts'
import { pluginStates } from '../control/plugin-states.ts'
import { memberCount } from '../kafka/admin/group-members.ts'
import { requireTopics } from '../kafka/admin/required-topics.ts'
import { type Cut, findCuts } from '../kafka/mirror/cut.ts'
import { findStates, type StatesCut } from '../kafka/mirror/cut-states.ts'
import { hiddenInControl, readMirroredControl } from '../kafka/mirror/mirrored-control.ts'
import type { OutgoingRecord } from '../kafka/producer/message.ts'
import { membersText } from '../replay/members-text.ts'
import { continuesLive, type ReplayPlan } from '../replay/plan.ts'
import { readNewestPlans } from '../replay/plan-store.ts'
import type { ServiceConfig } from '../service/consumer-group.ts'
import { readGroupControl } from '../split/group-control.ts'
import { marksTopicOf, readTopicsOf, stateTopicOf } from '../topics/names.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { type Place, readPlaces } from './places.ts'

export type FailoverConfig = Pick<
  ServiceConfig,
  | 'KAFKA_GROUP_ID'
  | 'KAFKA_TOPICS'
  | 'KAFKA_SASL_MECHANISM'
  | 'KAFKA_SSL_CERT'
  | 'IDEMPOTENCY_STORE'
  | 'SESSION_TIMEOUT_MS'
>

export interface FailoverParts {
  config: FailoverConfig
  kafka: Kafka
}

export interface FailoverWish {
  /** What MirrorMaker 2 calls the cluster that the group was in. */
  alias: string
  /** Everything in the former cluster was mirrored up to this time. */
  recoveryPointMs: number
}

export interface FailoverPlan {
  places: readonly Place[]
  /** The marks that were made after the recovery point, by partition. */
  marks: readonly Cut[]
  /** The states that were made after it, and those that hide newer ones. */
  states: readonly StatesCut[]
  /** Records of the control topic behind which there are older ones of their keys. */
  hidden: readonly Pick<OutgoingRecord, 'key' | 'value'>[]
  /** Starts of plugins, without the offsets, and plugins that were to catch up, disabled. */
  switches: readonly ControlRecord[]
  /** Those that were running, abandoned. */
  replays: readonly ReplayPlan[]
}

/**
 * Reads what the mirror has of a group, and writes nothing. Throws USAGE if the group has members here, or
 * was being split.
 */
export async function planFailover(
  { config, kafka }: FailoverParts,
  { alias, recoveryPointMs }: FailoverWish,
  audit: Audit,
): Promise<FailoverPlan> {
  const { KAFKA_GROUP_ID: groupId, KAFKA_TOPICS: inputs } = config
  await requireTopics(kafka, config)
  await requireStoppedHere({ config, kafka })
  const { split, switches, isEmpty } = await readGroupControl(kafka, groupId, readMirroredControl)
  if (split?.state === 'copying') throw unfinishedSplit(groupId, split.from)
  const mirrored = { alias, groupId, untilMs: recoveryPointMs }
  const places = await readPlaces(kafka, readTopicsOf(inputs), mirrored)
  const inKafka = storeChoice(config.IDEMPOTENCY_STORE).kind === 'kafka' ? inputs : []
  const marks: Cut[] = []
  const states: StatesCut[] = []
  for (const input of inKafka) {
    marks.push(...(await findCuts(kafka, marksTopicOf(input, groupId), recoveryPointMs)))
    states.push(...(await findStates(kafka, stateTopicOf(input, groupId), recoveryPointMs)))
  }
  const plans = [...(await readNewestPlans(kafka, groupId, readMirroredControl)).values()]
  const running = plans.filter(({ state }) => state === 'running')
  return {
    places,
    marks,
    states,
    hidden: isEmpty ? [] : await hiddenInControl(kafka, groupId),
    switches: switchesFor(switches, running, audit),
    replays: running.map((plan) => ({ ...plan, ...audit, state: 'abandoned' })),
  }
}

/** As `replay --abandon` does: a plugin that was paused to catch up would skip the rest if it were resumed. */
function switchesFor(
  switches: readonly ControlRecord[],
  running: readonly ReplayPlan[],
  audit: Audit,
): ControlRecord[] {
  const starts = switches.filter((each) => each.switch === 'start')
  const states = pluginStates(switches, undefined)
  const paused = running.filter(
    (plan) => continuesLive(plan) && states.of(plan.slug).state === 'paused',
  )
  return [
    ...starts.map((each) => ({ ...each, ...audit, offsets: {} })),
    ...paused.map(({ slug }): ControlRecord => {
      return { switch: 'plugin', slug, state: 'disabled', ...audit }
    }),
  ]
}

/** Rejects with USAGE if the group has members. */
export async function requireStoppedHere({ config, kafka }: FailoverParts): Promise<void> {
  const { KAFKA_GROUP_ID: groupId, SESSION_TIMEOUT_MS } = config
  const members = await memberCount(kafka, groupId)
  if (members === 0) return
  const why = membersText(groupId, members, SESSION_TIMEOUT_MS)
  const message = `expected the service to be stopped in this cluster, but ${why}: run this again when it has none`
  throw new InventoryEventsError('USAGE', message)
}

function unfinishedSplit(groupId: string, from: string): InventoryEventsError {
  const message = `group ${groupId} was being split from ${from} and has not begun: fail over ${from}, and split it again to another group`
  return new InventoryEventsError('USAGE', message)
}
