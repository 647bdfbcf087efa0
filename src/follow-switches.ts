import type { Kafka } from 'kafkajs'
import type { Config } from './config/settings.ts'
import { type ControlRecord, decodeControl } from './control/control-record.ts'
import { Switches } from './control/switches.ts'
import type { Clock } from './event/clock.ts'
import { messageOf } from './event/errors.ts'
import type { SourceRecord } from './event/record.ts'
import { ControlWatch } from './kafka/control-watch.ts'
import type { Logger } from './observe/logger.ts'

export interface FollowOptions {
  config: Pick<Config, 'KAFKA_GROUP_ID' | 'EVENTS_ENABLED'>
  kafka: Kafka
  clock: Clock
  log: Logger
}

/** The group's switches as they stand when this resolves, and as they change until `stop`. */
export async function followSwitches({ config, kafka, clock, log }: FollowOptions) {
  const switches = new Switches(config.EVENTS_ENABLED)

  function onRecord({ key, value }: SourceRecord): void {
    if (key === null || value === null) return
    try {
      const record = decodeControl(key.toString(), value)
      switches.apply(record)
      log.info(fieldsOf(record), 'switched')
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'a switch was left as it is')
    }
  }

  const groupId = config.KAFKA_GROUP_ID
  const watch = new ControlWatch({ kafka, groupId, clock, log, onRecord })
  await watch.start()
  return { switches, stop: () => watch.stop() }
}

function fieldsOf(record: ControlRecord) {
  const { state, by, at, why } = record
  const what = record.switch === 'plugin' ? { plugin: record.slug } : { switch: 'events' }
  return { ...what, state, by, at, why }
}
