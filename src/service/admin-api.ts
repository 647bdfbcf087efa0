import { liveValue } from '../config/live-value.ts'
import type { Switches } from '../control/switches.ts'
import type { AdminOptions } from '../observe/admin.ts'
import { type AdminStateSources, adminState } from '../observe/admin-state.ts'
import type { Clock } from '../util/clock.ts'
import type { Logger } from '../util/logger.ts'
import { type ExplainParts, explainEvent } from './explain/event.ts'

export interface AdminParts
  extends Omit<ExplainParts, 'loadPluginStates'>,
    Omit<AdminStateSources, 'group' | 'switches' | 'clock'> {
  switches: Switches
  clock: Clock
  log: Logger
}

/** The implementation of the admin routes; `off` without ADMIN_TOKEN, which disables them. */
export function createAdminApi(parts: AdminParts): AdminOptions | 'off' {
  const { config, switches, clock, log } = parts
  const token = liveValue(config, 'ADMIN_TOKEN', { clock, log })
  if (token === undefined) return 'off'
  const loadPluginStates = async () => ({
    events: switches.eventsEnabled ? ('on' as const) : ('off' as const),
    of: (slug: string) => ({ state: switches.stateOf(slug) }),
    startOf: (slug: string) => switches.startOf(slug),
  })
  return {
    token,
    clock,
    state: () => adminState({ ...parts, group: config.KAFKA_GROUP_ID }),
    explain: (id, range, signal) => explainEvent(id, range, { ...parts, loadPluginStates }, signal),
  }
}
