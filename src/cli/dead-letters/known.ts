import type { Kafka } from 'kafkajs'
import { type Kinds, kindNames } from '../../event/kinds.ts'
import type { LetterChoice } from '../../operate/dead-letters/letter-choice.ts'
import { everyPlugin } from '../../pipeline/intake/route.ts'
import { switchesOf } from '../shared/audit.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'
import { unknownName } from '../shared/unknown-name.ts'

interface Seen {
  /** The plugins of all dead letters. */
  slugs: ReadonlySet<string>
  /** The names of the events that were looked at. */
  names: ReadonlySet<string>
}

/** Throws USAGE if nothing was found because a plugin or a kind is mistyped. */
export async function requireKnown(
  { plugin, kind }: LetterChoice,
  { slugs, names }: Seen,
  { kinds, kafka, groupId }: { kinds: Kinds; kafka: Kafka; groupId: string },
): Promise<void> {
  if (plugin !== undefined && plugin !== everyPlugin.slug && !slugs.has(plugin)) {
    const known = new Set([...slugs, ...(await slugsElsewhere(kafka, groupId))])
    if (!known.has(plugin) && known.size > 0) {
      const what = `--plugin: no dead letter is of plugin ${plugin}, and none of PLUGINS has this slug`
      throw unknownName(what, plugin, [...known])
    }
  }
  if (kind !== undefined && !kinds.has(kind) && !names.has(kind)) {
    const what = `--kind: none of these dead letters is of kind ${kind}`
    throw unknownName(what, kind, [...kindNames(kinds), ...names])
  }
}

/** The plugins that have no dead letters, as far as PLUGINS and the control topic say. */
async function slugsElsewhere(kafka: Kafka, groupId: string): Promise<string[]> {
  const loaded = process.env.PLUGINS ? await loadNamedOrConfigured([], process.env) : undefined
  // The control topic is another source of names. A user without a right to it still has the others.
  const switches = await switchesOf(kafka, groupId).catch(() => [])
  return [
    ...(loaded?.plugins.map(({ slug }) => slug) ?? []),
    ...(loaded?.problems.flatMap(({ slug }) => slug ?? []) ?? []),
    ...switches.flatMap((record) => (record.switch === 'events' ? [] : record.slug)),
  ]
}
