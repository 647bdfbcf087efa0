import { type AuditEntry, decodeAudit } from '../../src/control/audit-record.ts'
import { auditTopicOf } from '../../src/topics/names.ts'
import { readAll } from './service-kit.ts'

/** The audit of a group, oldest first. */
export async function auditOf(groupId: string): Promise<AuditEntry[]> {
  const records = await readAll(auditTopicOf(groupId))
  return records.map(({ value }) => decodeAudit(value)!)
}
