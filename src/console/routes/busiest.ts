import type { Kafka } from 'kafkajs'
import { readRecord } from '../../kafka/reader/read-record.ts'
import type { SeenReplica } from '../../status/status-table.ts'
import { Refused, type Route } from '../http/route.ts'
import { busiestOf } from '../view/partitions.ts'

export interface BusiestParts {
  kafka: Kafka
  replicas(): readonly SeenReplica[]
}

/** Which entity it is: the status topic holds no keys, so that whoever may read it sees none. */
export function busiestRoutes({ kafka, replicas }: BusiestParts): Route[] {
  return [
    {
      ...{ method: 'GET', path: '/api/busiest/key', role: 'reader' },
      summary: 'The entity of a record that /api/partitions names as the first of many',
      async handle({ query: { record } }) {
        const place = busiestOf(replicas()).find((each) => each.record === record)?.record
        if (place === undefined) throw new Refused(404, 'record: expected one of those that wait')
        const found = await readRecord(kafka, placeIn(place))
        if (found === undefined) throw new Refused(404, 'retention has removed the record')
        return { key: found.key?.toString() ?? null }
      },
    },
  ]
}

function placeIn(text: string) {
  const at = text.lastIndexOf('@')
  const slash = text.lastIndexOf('/', at)
  return {
    topic: text.slice(0, slash),
    partition: Number(text.slice(slash + 1, at)),
    offset: Number(text.slice(at + 1)),
  }
}
