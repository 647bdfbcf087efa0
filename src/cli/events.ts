import type { Command } from 'commander'
import type { OnOff } from '../control/control-record.ts'
import { pluginStates } from '../control/plugin-states.ts'
import { type AuditOptions, auditOf, byCommand, switchesOf, withAudit } from './shared/audit.ts'
import { print, printTable } from './shared/output.ts'

/** Until `events on` or `off`, the setting of each replica applies; here it may not be set. */
const NOT_SWITCHED = { by: 'EVENTS_ENABLED', at: '', why: '' }

export function registerEvents(program: Command): void {
  const events = program
    .command('events')
    .description('Switch event delivery on or off for all plugins of the group')
  const commands: [OnOff, string][] = [
    ['on', 'Deliver events to plugins from now on'],
    ['off', 'Skip and commit events; plugins never get the skipped ones'],
  ]
  for (const [state, description] of commands) {
    const command = events.command(state).description(description)
    withAudit(command).action((options: AuditOptions) => set(state, options))
  }
  events
    .command('status')
    .description('Print whether events are on, who switched them and when')
    .action(status)
}

async function set(state: OnOff, options: AuditOptions): Promise<void> {
  const { config, kafka } = await connection()
  const { switchAudited } = await import('../operate/switches.ts')
  const groupId = config.KAFKA_GROUP_ID
  const audit = auditOf(options)
  const records = [{ switch: 'events', state, ...audit } as const]
  await switchAudited({ kafka, groupId }, `events ${state}`, records, byCommand(audit))
  print(`events: ${state} for group ${groupId}`)
}

async function status(): Promise<void> {
  const { config, kafka } = await connection()
  const all = await switchesOf(kafka, config.KAFKA_GROUP_ID)
  const found = all.find((record) => record.switch === 'events')
  const row = found ?? { state: pluginStates([], config.EVENTS_ENABLED).events, ...NOT_SWITCHED }
  printTable({
    columns: ['EVENTS', 'BY', 'AT', 'WHY'],
    rows: [[row.state, row.by, row.at, row.why]],
  })
}

async function connection() {
  const { connectionOf } = await import('./shared/connection.ts')
  return connectionOf(process.env)
}
