import type { PluginSwitch } from '../control/control-record.ts'
import { pluginStates } from '../control/plugin-states.ts'
import { timeText } from '../event/time/timestamp.ts'
import type { GroupPorts } from '../operate/audited.ts'
import {
  answersTo,
  type SwitchName,
  situationOf,
  switchPlugins,
} from '../operate/switch-plugins.ts'
import { readSwitches } from '../operate/switches.ts'
import { readNewestPlans } from '../replay/plan-store.ts'
import type { Clock } from '../util/clock.ts'
import type { User } from './access/roles.ts'
import { refusing } from './http/refusing.ts'
import { Refused } from './http/route.ts'

export interface ActionPorts extends GroupPorts {
  clock: Pick<Clock, 'now' | 'sleep'>
  /** The plugins that some replica runs. */
  known(): readonly string[]
}

/** Switches a plugin as the command of that name does, and returns how it is now. */
export async function switchFromConsole(
  ports: ActionPorts,
  command: SwitchName,
  slug: string,
  { user, why }: { user: User; why: string },
): Promise<{ state: string; isChanged: boolean }> {
  if (why.trim() === '') throw new Refused(400, 'why: expected a reason')
  const records = await readSwitches(ports, () => undefined)
  const plans = await readNewestPlans(ports.kafka, ports.groupId)
  const states = pluginStates(records, undefined)
  const isKnown = ports.known().includes(slug) || states.of(slug).by !== undefined
  const situation = isKnown ? situationOf(states.of(slug).state, plans.get(slug)) : 'unknown'
  const answers = answersTo(command, [slug], () => situation)
  const refused = answers.find(({ answer }) => answer.type === 'refused')?.answer
  if (refused?.type === 'refused') throw new Refused(409, refused.why(slug))
  const at = timeText(ports.clock.now())
  const actor = { by: user.name, at, why: why.trim(), via: 'console' } as const
  const [change]: PluginSwitch[] = await refusing(() =>
    switchPlugins(ports, command, answers, actor),
  )
  return { state: change?.state ?? states.of(slug).state, isChanged: change !== undefined }
}
