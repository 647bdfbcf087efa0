import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { type ActionName, type AuditEntry, encodeAudit, type Via } from '../control/audit-record.ts'
import type { Audit } from '../control/control-record.ts'
import { type AuditLog, openAuditLog } from '../kafka/state/audit-log.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'

/** Who does something, and from where. */
export type Actor = Audit & { via: Via }

export interface Action {
  action: ActionName
  what: readonly string[]
  count?: number
  actor: Actor
}

export interface GroupPorts {
  kafka: Kafka
  groupId: string
}

/**
 * Does something that people asked for, with an entry in the audit before and after. Without the first, it
 * is not done.
 */
export async function audited<T>(
  { kafka, groupId }: GroupPorts,
  action: Action,
  work: () => Promise<T>,
): Promise<T> {
  const log = await openAuditLog(kafka, groupId)
  try {
    return await recorded(log, entryOf(action), work)
  } finally {
    await log.close()
  }
}

async function recorded<T>(log: AuditLog, begun: AuditEntry, work: () => Promise<T>): Promise<T> {
  const end = (more: Pick<AuditEntry, 'phase' | 'error'>) =>
    log.write(encodeAudit({ ...begun, ...more, at: new Date().toISOString() }))
  await log.write(encodeAudit(begun))
  let result: T
  try {
    result = await work()
  } catch (error) {
    // What went wrong with the work says more than what went wrong with this.
    await end({ phase: 'failed', error: messageOf(error) }).catch(() => undefined)
    throw error
  }
  await end({ phase: 'done', error: null }).catch((error) => {
    const message = `${begun.action}: done, but its end could not be recorded: ${messageOf(error)}`
    throw new InventoryEventsError('PRODUCE_UNACKNOWLEDGED', message, { cause: error })
  })
  return result
}

function entryOf({ action, what, count, actor }: Action): AuditEntry {
  const { by, at, why, via } = actor
  return {
    ...{ id: randomUUID(), phase: 'begun' as const, at, by, via, action, what },
    count: count ?? null,
    ...{ why, error: null },
  }
}
