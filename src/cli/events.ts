import type { Command } from 'commander'
import type { OnOff } from '../control/control-record.ts'
import { type AuditOptions, auditOf, switchesOf, withAudit, writeSwitches } from './shared/audit.ts'

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
  await writeSwitches(kafka, config.KAFKA_GROUP_ID, [
    { switch: 'events', state, ...auditOf(options) },
  ])
  process.stdout.write(`events: ${state} for group ${config.KAFKA_GROUP_ID}\n`)
}

async function status(): Promise<void> {
  const { config, kafka } = await connection()
  const all = await switchesOf(kafka, config.KAFKA_GROUP_ID)
  const found = all.find((record) => record.switch === 'events')
  const line =
    found === undefined
      ? notSwitched(config.EVENTS_ENABLED)
      : [found.state, found.by, found.at, found.why].join('\t')
  process.stdout.write(`${line}\n`)
}

function notSwitched(eventsEnabled: boolean | undefined): string {
  if (eventsEnabled === undefined)
    return 'unknown\tby EVENTS_ENABLED of each replica, which is not set here'
  return `${eventsEnabled ? 'on' : 'off'}\tby EVENTS_ENABLED`
}

async function connection() {
  const { connectionOf } = await import('./shared/connection.ts')
  return connectionOf(process.env)
}
