import { ANSWERS, type Answer, type Situation, type SwitchCommand } from '../control/commands.ts'
import type { PluginState, PluginSwitch } from '../control/control-record.ts'
import type { ReplayPlan } from '../replay/plan.ts'
import { readNewestPlans } from '../replay/plan-store.ts'
import { type LeftPorts, leftPorts, requireLeft } from '../replay/require-left.ts'
import type { Actor, GroupPorts } from './audited.ts'
import { switchAudited } from './switches.ts'

/** `enable --from` delivers events before it switches, which takes a process of its own. */
export type SwitchName = Exclude<SwitchCommand, 'enable --from'>

export interface SlugAnswer {
  slug: string
  answer: Answer
}

export function answersTo(
  command: SwitchName,
  slugs: readonly string[],
  situationOf: (slug: string) => Situation,
): SlugAnswer[] {
  return slugs.map((slug) => ({ slug, answer: ANSWERS[command][situationOf(slug)] }))
}

/**
 * Switches the plugins whose answer says so, and returns what it wrote. None may be refused. Throws USAGE
 * while one that is to be enabled may still be called by a cancelled catch-up.
 */
export async function switchPlugins(
  ports: GroupPorts & { clock: LeftPorts['clock'] },
  command: SwitchName,
  answers: readonly SlugAnswer[],
  actor: Actor,
): Promise<PluginSwitch[]> {
  const { by, at, why } = actor
  const changes = answers.flatMap(({ slug, answer }) =>
    answer.type === 'set'
      ? [{ switch: 'plugin', slug, state: answer.state, by, at, why } as const]
      : [],
  )
  const enabled = changes.filter(({ state }) => state === 'enabled')
  if (enabled.length > 0) await requireAllLeft(ports, enabled)
  if (changes.length > 0) await switchAudited(ports, `plugins ${command}`, changes, actor)
  return changes
}

async function requireAllLeft(
  { kafka, groupId, clock }: GroupPorts & { clock: LeftPorts['clock'] },
  plugins: readonly PluginSwitch[],
): Promise<void> {
  const plans = await readNewestPlans(kafka, groupId)
  const ports = leftPorts(kafka, groupId, clock)
  for (const { slug } of plugins) await requireLeft(ports, plans.get(slug))
}

/** A plugin that was enabled is not catching up or being rebuilt, even if its plan was never finished. */
export function situationOf(state: PluginState, plan: ReplayPlan | undefined): Situation {
  if (plan?.state !== 'running' || state === 'enabled') return state
  switch (plan.purpose) {
    case 'enable':
      return 'catching-up'
    case 'rebuild':
      return 'rebuilding'
    case 'replay':
      return state
  }
}
