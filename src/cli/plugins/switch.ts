import type { Command } from 'commander'
import type { ControlRecord, PluginState } from '../../control/control-record.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import {
  type AuditOptions,
  auditOf,
  switchesOf,
  withAudit,
  writeSwitches,
} from '../shared/audit.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'
import { timeMs } from '../shared/search-options.ts'
import { wholeNumber } from '../shared/whole-number.ts'
import type { EnableOptions } from './enable-from.ts'

interface Verb {
  name: string
  state: PluginState
  description: string
}

const verbs: readonly Verb[] = [
  {
    name: 'enable',
    state: 'enabled',
    description: 'Deliver events to plugins again, from now on or from an earlier time',
  },
  {
    name: 'disable',
    state: 'disabled',
    description: 'Skip and commit events; the plugins never get the skipped ones',
  },
  { name: 'pause', state: 'paused', description: "Hold plugins' events until they are resumed" },
  { name: 'resume', state: 'enabled', description: 'Deliver the events that waited, and continue' },
]

/** The commands that switch plugins in every replica of the group. */
export function registerSwitches(plugins: Command): void {
  for (const verb of verbs) {
    const command = plugins
      .command(verb.name)
      .description(verb.description)
      .argument('<slug...>', 'plugins of the group')
    withAudit(command)
    if (verb.name === 'enable') withFrom(command)
    command.action((slugs: string[], options: EnableOptions) =>
      options.from === undefined ? set(verb, slugs, options) : catchUp(slugs, options),
    )
  }
}

function withFrom(command: Command): void {
  command
    .option(
      '--from <time>',
      'first deliver the events missed since then; without --yes, only list them',
      timeMs,
    )
    .option('--rate <n>', 'with --from: the most events per second', wholeNumber(1, 999_999_999))
    .option('--yes', 'with --from: deliver them; without it, this is a dry run')
    .addHelpText(
      'after',
      '\n--from takes one plugin, which must be disabled. If it is interrupted, run it again to resume.\nEvents that the idempotency store has recorded as completed are not delivered again.',
    )
}

async function catchUp(slugs: string[], options: EnableOptions): Promise<void> {
  const [slug] = slugs
  if (slug === undefined || slugs.length > 1) {
    throw new InventoryEventsError('USAGE', `--from: expected one plugin, got ${slugs.join(', ')}`)
  }
  const { enableFrom } = await import('./enable-from.ts')
  await enableFrom(slug, options)
}

/** Prints the state of each plugin of PLUGINS, and of each that was ever switched. */
export async function printStates(): Promise<void> {
  const { config, kafka } = await connection()
  const records = (await switchesOf(kafka, config.KAFKA_GROUP_ID)).filter(ofPlugin)
  const switched = new Map(records.map((record) => [record.slug, record]))
  const slugs = new Set([...(await knownSlugs(config.PLUGINS)), ...switched.keys()])
  for (const slug of [...slugs].sort()) {
    const { state = 'enabled', by = '', at = '', why = '' } = switched.get(slug) ?? {}
    process.stdout.write(`${[slug, state, by, at, why].join('\t')}\n`)
  }
  leave()
}

async function set({ state }: Verb, slugs: string[], options: AuditOptions): Promise<void> {
  const { config, kafka } = await connection()
  const groupId = config.KAFKA_GROUP_ID
  await requireKnown(slugs, config.PLUGINS)
  const audit = auditOf(options)
  const records = slugs.map((slug) => ({ switch: 'plugin', slug, state, ...audit }) as const)
  await writeSwitches(kafka, groupId, records)
  for (const slug of slugs) process.stdout.write(`${slug}: ${state} in group ${groupId}\n`)
  if (state === 'paused') process.stdout.write(`${pauseNotice(groupId)}\n`)
  leave()
}

/** Exits, because a plugin may have opened handles that would keep the process alive. */
function leave(): never {
  process.exit(0)
}

function pauseNotice(groupId: string): string {
  return `Its events wait. When its share of MAX_IN_FLIGHT_BYTES is full, their partitions pause for every plugin of group ${groupId}. Events that still wait shortly before retention removes them are dead-lettered.`
}

/** Throws USAGE for an unknown slug: a mistyped one would silently switch nothing. */
async function requireKnown(slugs: string[], specifiers?: readonly string[]): Promise<void> {
  if (specifiers === undefined) return
  const known = await knownSlugs(specifiers)
  const unknown = slugs.filter((slug) => !known.includes(slug))
  if (unknown.length === 0) return
  const message = `no plugin of PLUGINS has the slug ${unknown.join(', ')}: expected one of ${known.join(', ')}`
  throw new InventoryEventsError('USAGE', message)
}

/** The slugs of all plugins, including those that are invalid but have one. */
async function knownSlugs(specifiers: readonly string[] = []): Promise<string[]> {
  if (specifiers.length === 0) return []
  const { plugins, problems } = await loadNamedOrConfigured(specifiers, process.env)
  const bad = problems.flatMap(({ slug }) => (slug === undefined ? [] : [slug]))
  return [...plugins.map(({ slug }) => slug), ...bad]
}

function ofPlugin(record: ControlRecord): record is ControlRecord & { switch: 'plugin' } {
  return record.switch === 'plugin'
}

async function connection() {
  const { connectionOf } = await import('../shared/connection.ts')
  return connectionOf(process.env)
}
