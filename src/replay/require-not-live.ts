import type { Kafka } from 'kafkajs'
import type { ControlRecord } from '../control/control-record.ts'
import { pluginStates } from '../control/plugin-states.ts'
import { memberCount } from '../kafka/admin/group-members.ts'
import type { ServiceConfig } from '../service/consumer-group.ts'
import { InventoryEventsError } from '../util/errors.ts'

/** Rejects with USAGE where the live group hands events to the plugin now. */
export async function requireNotLive(
  kafka: Kafka,
  { KAFKA_GROUP_ID: groupId, EVENTS_ENABLED }: ServiceConfig,
  slug: string,
  switches: () => Promise<ControlRecord[]>,
): Promise<void> {
  const members = await memberCount(kafka, groupId)
  if (members === 0) return
  const standings = pluginStates(await switches(), EVENTS_ENABLED)
  if (standings.events === 'off' || standings.of(slug).state !== 'enabled') return
  const message = [
    `plugin ${slug} is live: group ${groupId} has members (${members}) and hands events to it.`,
    'Beside a replay it would be called for one entity twice at once, and out of order. First run',
    `  inventory-events plugins pause ${slug}    its new events wait until it is resumed`,
    `  inventory-events plugins disable ${slug}  its new events pass by`,
    'or say --beside-live, if that does not matter to it.',
  ]
  throw new InventoryEventsError('USAGE', message.join('\n'))
}
