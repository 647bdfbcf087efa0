import type { SqlPluginContext } from '../../../src/plugin/plugin.ts'
import { booking } from '../plugin-rules.ts'
import { dieWithSuite } from './recording.ts'

dieWithSuite()

const INSERT = `insert into bookings
  (plugin, event_id, key, topic, place, record_offset, attempt, at_us, pid)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

/** Writes its effect in the transaction that marks the event as completed. */
export default {
  slug: booking.slug,
  sql: true,
  wantsProcessEvent: booking.wants,
  async processEvent({ id }: { id: string }, context: SqlPluginContext) {
    const { sql, attempt, record } = context
    const { topic, partition, offset, key } = record
    const atUs = Number(process.hrtime.bigint() / 1_000n)
    const place = [booking.slug, id, key, topic, partition, offset]
    await sql.query(INSERT, [...place, attempt, atUs, process.pid])
  },
}
