import { partitionName } from '../../src/event/record.ts'
import { createMember } from './member.ts'

// A member in a process of its own, which tests freeze. It writes a line for each record that it takes.
const [KAFKA_BROKERS, topic, sessionTimeoutMs] = process.argv.slice(2) as [string, string, string]

const { consumer } = createMember({
  name: 'member',
  topics: [topic],
  groupId: topic,
  settings: { KAFKA_BROKERS },
  sessionTimeoutMs: Number(sessionTimeoutMs),
  witness: {
    begins() {},
    ends() {},
    takes(_, record) {
      const place = partitionName(record)
      process.stdout.write(`${JSON.stringify({ place, offset: record.offset, atMs: hostMs() })}\n`)
    },
  },
})
await consumer.start()

/** The same in all processes of the machine. */
function hostMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}
