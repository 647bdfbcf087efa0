import type { Switches } from '../control/switches.ts'
import type { Check } from '../observe/http.ts'
import type { HealthChecks } from '../plugin/life/health-checks.ts'

/**
 * What plugins say about themselves, for `/readyz`. One that says `unready` makes the replica unready,
 * unless it is disabled: it gets no events anyway. A pause is a note, as one by an operator is.
 */
export function describeHealth(
  health: Pick<HealthChecks, 'in'>,
  switches: Pick<Switches, 'stateOf'>,
): Check {
  const isOn = ({ slug }: { slug: string }) => switches.stateOf(slug) !== 'disabled'
  const text = (of: readonly { slug: string; why: string }[]) =>
    of.map(({ slug, why }) => `${slug} (${why})`).join(', ')
  const unready = health.in('unready').filter(isOn)
  const paused = health.in('pause').filter(isOn)
  const note = paused.length === 0 ? {} : { note: `paused by themselves: ${text(paused)}` }
  if (unready.length === 0) return { name: 'plugin-health', ok: true, ...note }
  return { name: 'plugin-health', ok: false, why: `not ready: ${text(unready)}`, ...note }
}
