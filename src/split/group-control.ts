import type { Kafka } from 'kafkajs'
import { committedPlaceOf } from '../control/committed-record.ts'
import { type ControlRecord, decodeControl, isSwitch } from '../control/control-record.ts'
import { decodeSplit, isSplitKey, type Split } from '../control/split-record.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { readControl } from '../kafka/state/control-log.ts'
import { controlTopicOf } from '../topics/names.ts'

/** What a group's control topic says, as far as a split depends on it. */
export interface GroupControl {
  /** Whether it holds no record at all. */
  isEmpty: boolean
  /** The newest record of each switch. */
  switches: readonly ControlRecord[]
  /** The partitions that the group ever committed, as `topic/partition`. */
  committed: readonly string[]
  split: Split | undefined
}

/** Reads it; one that does not exist is empty. Rejects with CONTROL_INVALID or a Kafka error. */
export async function readGroupControl(
  kafka: Kafka,
  groupId: string,
  read = readControl,
): Promise<GroupControl> {
  const topics = await withAdmin(kafka, (admin) => admin.list())
  const switches = new Map<string, ControlRecord>()
  const committed = new Set<string>()
  let split: Split | undefined
  let isEmpty = true
  if (topics.includes(controlTopicOf(groupId))) {
    await read(kafka, groupId, ({ key, value }) => {
      isEmpty = false
      if (key === null || value === null) return
      const name = key.toString()
      const place = committedPlaceOf(name)
      if (place !== undefined) committed.add(place)
      if (isSplitKey(name)) split = decodeSplit(value)
      if (isSwitch(name)) switches.set(name, decodeControl(name, value))
    })
  }
  return { isEmpty, switches: [...switches.values()], committed: [...committed], split }
}
