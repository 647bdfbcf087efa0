import type { Kafka } from 'kafkajs'
import type { ControlRecord } from '../control/control-record.ts'
import { pluginStates } from '../control/plugin-states.ts'
import { memberCount } from '../kafka/admin/group-members.ts'
import type { ServiceConfig } from '../service/consumer-group.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { membersText } from './members-text.ts'

/** Rejects with USAGE if the live group currently delivers events to the plugin. */
export async function requireNotLive(
  kafka: Kafka,
  { KAFKA_GROUP_ID: groupId, EVENTS_ENABLED, SESSION_TIMEOUT_MS }: ServiceConfig,
  slug: string,
  switches: () => Promise<ControlRecord[]>,
): Promise<void> {
  const members = await memberCount(kafka, groupId)
  if (members === 0) return
  const states = pluginStates(await switches(), EVENTS_ENABLED)
  if (states.events === 'off' || states.of(slug).state !== 'enabled') return
  const message = [
    `plugin ${slug} is live: ${membersText(groupId, members, SESSION_TIMEOUT_MS)}.`,
    'During a replay the plugin would be called concurrently and out of order for the same entity. First run',
    `  inventory-events plugins pause ${slug}    its new events wait until it is resumed`,
    `  inventory-events plugins disable ${slug}  its new events are skipped`,
    'or add --beside-live if that does no harm.',
  ]
  throw new InventoryEventsError('USAGE', message.join('\n'))
}
