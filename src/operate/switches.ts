import type { Kafka } from 'kafkajs'
import type { ActionName } from '../control/audit-record.ts'
import {
  type ControlRecord,
  decodeControl,
  encodeControl,
  isSwitch,
} from '../control/control-record.ts'
import { readControl, requireControlTopic, writeControl } from '../kafka/state/control-log.ts'
import { messageOf } from '../util/errors.ts'
import { type Actor, audited, type GroupPorts } from './audited.ts'

/** Reads the newest record of each switch of a group. */
export async function readSwitches(
  { kafka, groupId }: GroupPorts,
  onUnreadable: (why: string) => void,
): Promise<ControlRecord[]> {
  await requireControlTopic(kafka, groupId)
  const newest = new Map<string, ControlRecord>()
  await readControl(kafka, groupId, ({ key, value }) => {
    if (key === null || value === null || !isSwitch(key.toString())) return
    try {
      newest.set(key.toString(), decodeControl(key.toString(), value))
    } catch (error) {
      onUnreadable(messageOf(error))
    }
  })
  return [...newest.values()]
}

/** Writes the records in this order: no replica applies one without those before it. */
export async function writeSwitches(
  kafka: Kafka,
  groupId: string,
  records: readonly ControlRecord[],
): Promise<void> {
  await requireControlTopic(kafka, groupId)
  await writeControl(kafka, groupId, records.map(encodeControl))
}

/** Switches as people asked for, with entries in the audit. */
export async function switchAudited(
  ports: GroupPorts,
  action: ActionName,
  records: readonly ControlRecord[],
  actor: Actor,
): Promise<void> {
  await requireControlTopic(ports.kafka, ports.groupId)
  const what = records.flatMap((record) => ('slug' in record ? record.slug : []))
  await audited(ports, { action, what, actor }, () =>
    writeControl(ports.kafka, ports.groupId, records.map(encodeControl)),
  )
}
