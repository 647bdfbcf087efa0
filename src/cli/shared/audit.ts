import { hostname, userInfo } from 'node:os'
import { type Command, Option } from 'commander'
import type { Kafka } from 'kafkajs'
import type { Audit, ControlRecord } from '../../control/control-record.ts'
import type { Actor } from '../../operate/audited.ts'
import { printError } from './output.ts'

/** The options of every command that changes a switch. */
export interface AuditOptions {
  why?: string
  by?: string
}

/** Reads the newest record of each switch of a group. Unreadable records are reported on stderr. */
export async function switchesOf(kafka: Kafka, groupId: string): Promise<ControlRecord[]> {
  const { readSwitches } = await import('../../operate/switches.ts')
  return readSwitches({ kafka, groupId }, printError)
}

/** Who made a change, when and why, as stored with the change. */
export function auditOf({ by, why = '' }: AuditOptions) {
  return { by: by ?? nameHere(), at: new Date().toISOString(), why }
}

/** The same for the audit. */
export function byCommand(audit: Audit): Actor {
  return { ...audit, via: 'command' }
}

/** `user@host` */
export function nameHere(): string {
  return `${userName()}@${hostname()}`
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
