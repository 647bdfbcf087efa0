import type { Kafka } from 'kafkajs'
import type { Config } from '../config/settings.ts'
import { committedPlaceOf, encodeCommitted } from '../control/committed-record.ts'
import {
  type ControlRecord,
  decodeControl,
  isSwitch,
  slugOfKey,
} from '../control/control-record.ts'
import { Switches } from '../control/switches.ts'
import type { SourceRecord } from '../event/record.ts'
import { ControlFollower } from '../kafka/state/control-follower.ts'
import { writeControl } from '../kafka/state/control-log.ts'
import type { Clock } from '../util/clock.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'

export interface FollowOptions {
  config: Pick<Config<'EVENTS_ENABLED'>, 'KAFKA_GROUP_ID' | 'EVENTS_ENABLED'>
  kafka: Kafka
  clock: Clock
  log: Logger
}

/** Follows the group's switches until `stop`. Resolves when their current state has been read. */
export async function followSwitches({ config, kafka, clock, log }: FollowOptions) {
  const switches = new Switches(config.EVENTS_ENABLED)
  /** Plugins with any record in the control topic, even one this version can't read. */
  const known = new Set<string>()
  /** Partitions that the group ever committed, as `topic/partition`. */
  const committed = new Set<string>()

  function onRecord({ key, value }: SourceRecord): void {
    if (key === null || value === null) return
    const name = key.toString()
    const slug = slugOfKey(name)
    if (slug !== undefined) known.add(slug)
    const place = committedPlaceOf(name)
    if (place !== undefined) committed.add(place)
    if (!isSwitch(name)) return
    try {
      const record = decodeControl(name, value)
      switches.apply(record)
      log.info(fieldsOf(record), 'switch changed')
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'ignored an unreadable control record')
    }
  }

  const groupId = config.KAFKA_GROUP_ID
  const follower = new ControlFollower({ kafka, groupId, clock, log, onRecord })
  await follower.start()
  return {
    switches,
    knows: (slug: string) => known.has(slug),
    hasCommitted: (place: string) => committed.has(place),
    stop: () => follower.stop(),
  }
}

function fieldsOf(record: ControlRecord) {
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
