import { headersOf } from '../../event/headers.ts'
import type { Staged } from '../../idempotency/staged.ts'
import { marksTopicOf, stateTopicOf } from '../../topics/names.ts'
import type { PartitionRecords } from '../transactions/write-in-transaction.ts'
import { OUTCOMES_HEADER } from './marks-log.ts'

/** The records of what is committed together: marks without a key, states by plugin and record key. */
export function stagedRecords(
  { partitions }: Pick<Staged, 'partitions'>,
  groupId: string,
  timestampMs: number,
): PartitionRecords[] {
  return partitions.flatMap(({ topic, partition, marks, states }) => {
    const markRecords = marks.map(({ value, outcomes }) => {
      return { key: null, value, headers: headersOf({ [OUTCOMES_HEADER]: outcomes }), timestampMs }
    })
    const stateRecords = states.map(({ name, text }) => {
      const value = text === null ? null : Buffer.from(text)
      return { key: Buffer.from(name, 'latin1'), value, timestampMs }
    })
    return [
      { topic: marksTopicOf(topic, groupId), partition, records: markRecords },
      { topic: stateTopicOf(topic, groupId), partition, records: stateRecords },
    ].filter(({ records }) => records.length > 0)
  })
}
