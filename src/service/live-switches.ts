import type { Kafka } from 'kafkajs'
import type { Config } from '../config/settings.ts'
import { committedPlaceOf, encodeCommitted } from '../control/committed-record.ts'
import {
  type ControlRecord,
  decodeControl,
  isSwitch,
  slugOfKey,
} from '../control/control-record.ts'
import { decodeSplit, isSplitKey, type Split, splitCommand } from '../control/split-record.ts'
import { Switches } from '../control/switches.ts'
import type { SourceRecord } from '../event/record.ts'
import { writeControl } from '../kafka/state/control-log.ts'
import { TopicFollower } from '../kafka/state/topic-follower.ts'
import { ProvisionalSkips } from '../pipeline/intake/provisional-skips.ts'
import { controlTopicOf } from '../topics/names.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'

export interface FollowOptions {
  config: Pick<Config<'EVENTS_ENABLED'>, 'KAFKA_GROUP_ID' | 'EVENTS_ENABLED'>
  kafka: Kafka
  clock: Clock
  log: Logger
  /** Sees each record as well, in its order. */
  onRecord?: ((record: SourceRecord) => void) | undefined
}

/**
 * Follows the group's switches until `stop`. Resolves when their current state has been read. Only
 * changes after that are logged: the history would look as if someone switched everything just now.
 */
export async function followSwitches(options: FollowOptions) {
  const { config, kafka, clock, log } = options
  const switches = new Switches(config.EVENTS_ENABLED)
  const skips = new ProvisionalSkips({ switches, clock, readNow: () => follower.readNow() })
  /** Plugins with any record in the control topic, even one this version can't read. */
  const known = new Set<string>()
  /** Partitions that the group ever committed, as `topic/partition`. */
  const committed = new Set<string>()
  /** Why the newest record of a switch can't be read, by key; logged once the history is read. */
  const unreadable = new Map<string, string>()
  let isHistory = true

  function onRecord(record: SourceRecord): void {
    options.onRecord?.(record)
    const { key, value } = record
    if (key === null || value === null) return
    const name = key.toString()
    const slug = slugOfKey(name)
    if (slug !== undefined) known.add(slug)
    const place = committedPlaceOf(name)
    if (place !== undefined) committed.add(place)
    try {
      if (isSplitKey(name)) switches.applySplit(decodeSplit(value))
      else if (isSwitch(name)) apply(decodeControl(name, value))
      unreadable.delete(name)
    } catch (error) {
      if (isHistory) unreadable.set(name, messageOf(error))
      else logUnreadable(messageOf(error))
    }
  }

  function apply(record: ControlRecord): void {
    switches.apply(record)
    if (!isHistory) log.info(fieldsOf(record), 'switch changed')
  }

  function logUnreadable(error: string): void {
    log.warn({ error }, 'ignored an unreadable control record')
  }

  const groupId = config.KAFKA_GROUP_ID
  const follower = new TopicFollower({
    ...{ kafka, topic: controlTopicOf(groupId), clock, log, onRecord },
    reading: () => skips.reading(),
    whenUnreadable: 'cannot read the control topic; switches stay as they are',
  })
  await follower.start()
  isHistory = false
  if (switches.split?.state === 'copying') {
    await follower.stop()
    throw unfinished(groupId, switches.split)
  }
  for (const error of unreadable.values()) logUnreadable(error)
  return {
    switches,
    skips,
    knows: (slug: string) => known.has(slug),
    hasCommitted: (place: string) => committed.has(place),
    /** Whether the control topic could be read at last: switches may have changed otherwise. */
    isCurrent: () => follower.isCurrent,
    stop: () => follower.stop(),
  }
}

function unfinished(groupId: string, { from, formerGroups }: Split): InventoryEventsError {
  const command = splitCommand({ from, to: groupId, slugs: Object.keys(formerGroups) })
  const message = `group ${groupId}: its split from ${from} has not ended; run "${command}" again`
  return new InventoryEventsError('SPLIT_UNFINISHED', message)
}

/** A switch as logged. */
export function fieldsOf(record: ControlRecord) {
  const { switch: what, by, at, why } = record
  switch (record.switch) {
    case 'events':
      return { switch: what, state: record.state, by, at, why }
    case 'plugin':
      return { plugin: record.slug, state: record.state, by, at, why }
    case 'start':
      return { plugin: record.slug, start: record.offsets, by, at, why }
  }
}

/** Records that the group has committed these partitions, each as `topic/partition`. */
export function recordCommitted(
  kafka: Kafka,
  groupId: string,
  places: readonly string[],
): Promise<void> {
  const at = new Date().toISOString()
  return writeControl(
    kafka,
    groupId,
    places.map((place) => encodeCommitted(place, at)),
  )
}
