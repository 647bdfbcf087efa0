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

/** What every command that switches something takes. */
export interface AuditOptions {
  why?: string
  by?: string
}

/** The newest record of each switch of a group; those that can't be read are told of. */
export async function switchesOf(kafka: Kafka, groupId: string): Promise<ControlRecord[]> {
  const { readControl, requireControlTopic } = await import('../../kafka/state/control-log.ts')
  await requireControlTopic(kafka, groupId)
  const newest = new Map<string, ControlRecord>()
  await readControl(kafka, groupId, ({ key, value }) => {
    if (key === null || value === null || !isSwitch(key.toString())) return
    try {
      newest.set(key.toString(), decodeControl(key.toString(), value))
    } catch (error) {
      process.stderr.write(`${messageOf(error)}\n`)
    }
  })
  return [...newest.values()]
}

/** In this order: no replica heeds one of them without those before it. */
export async function writeSwitches(
  kafka: Kafka,
  groupId: string,
  records: readonly ControlRecord[],
): Promise<void> {
  const { requireControlTopic, writeControl } = await import('../../kafka/state/control-log.ts')
  await requireControlTopic(kafka, groupId)
  await writeControl(kafka, groupId, records.map(encodeControl))
}

/** Who asks for a change, when and why, as it is kept with the change. */
export function auditOf({ by, why = '' }: AuditOptions) {
  return { by: by ?? `${userName()}@${hostname()}`, at: new Date().toISOString(), why }
}

/** A container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

/** The options that say who switches and why. */
export function withAudit(command: Command): Command {
  return command
    .addOption(new Option('--why <text>', 'the reason, kept with the change'))
    .addOption(new Option('--by <name>', 'who asks for it (default: user@host)'))
}
