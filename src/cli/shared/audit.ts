import { hostname, userInfo } from 'node:os'
import { type Command, Option } from 'commander'
import type { Kafka } from 'kafkajs'
import {
  type ControlRecord,
  decodeControl,
  encodeControl,
  isSwitch,
} from '../../control/control-record.ts'
import { messageOf } from '../../util/errors.ts'
import { printError } from './output.ts'

/** The options of every command that changes a switch. */
export interface AuditOptions {
  why?: string
  by?: string
}

/** Reads the newest record of each switch of a group. Unreadable records are reported on stderr. */
export async function switchesOf(kafka: Kafka, groupId: string): Promise<ControlRecord[]> {
  const { readControl, requireControlTopic } = await import('../../kafka/state/control-log.ts')
  await requireControlTopic(kafka, groupId)
  const newest = new Map<string, ControlRecord>()
  await readControl(kafka, groupId, ({ key, value }) => {
    if (key === null || value === null || !isSwitch(key.toString())) return
    try {
      newest.set(key.toString(), decodeControl(key.toString(), value))
    } catch (error) {
      printError(messageOf(error))
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
  const { requireControlTopic, writeControl } = await import('../../kafka/state/control-log.ts')
  await requireControlTopic(kafka, groupId)
  await writeControl(kafka, groupId, records.map(encodeControl))
}

/** Who made a change, when and why, as stored with the change. */
export function auditOf({ by, why = '' }: AuditOptions) {
  return { by: by ?? `${userName()}@${hostname()}`, at: new Date().toISOString(), why }
}

/** The user name, or the uid if it has no name, as in many containers. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

/** Adds the options --why and --by. */
export function withAudit(command: Command, { isWhyRequired = false } = {}): Command {
  const why = new Option('--why <text>', 'the reason, stored with the change')
  return command
    .addOption(why.makeOptionMandatory(isWhyRequired))
    .addOption(new Option('--by <name>', 'who makes the change (default: user@host)'))
}
