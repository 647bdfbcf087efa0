import type { Command } from 'commander'
import type { SlugAnswer, SwitchName } from '../../operate/switch-plugins.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { nearest } from '../../util/text/did-you-mean.ts'
import { foreignText } from '../../util/text/foreign-text.ts'
import { type AuditOptions, auditOf, byCommand, withAudit } from '../shared/audit.ts'
import { print, usage } from '../shared/output.ts'
import { timeMs } from '../shared/search-options.ts'
import { wholeNumber } from '../shared/whole-number.ts'
import type { EnableOptions } from './enable-from.ts'
import type { Situations } from './situations.ts'

const descriptions: Record<SwitchName, string> = {
  enable: 'Deliver events to disabled plugins again, from now on or from an earlier time',
  disable: 'Skip and commit events; the plugins never get the skipped ones',
  pause: "Hold plugins' events until they are resumed",
  resume: 'Deliver the events that waited for paused plugins, and continue',
}

/** The commands that switch plugins in every replica of the group. */
export function registerSwitches(plugins: Command): void {
  for (const [name, description] of Object.entries(descriptions)) {
    const command = plugins
      .command(name)
      .description(description)
      .argument('<slug...>', 'plugins of the group')
    withAudit(command)
    if (name === 'enable') withFrom(command)
    command.action((slugs: string[], options: EnableOptions) =>
      options.from === undefined
        ? run(name as SwitchName, slugs, options)
        : catchUp(slugs, options),
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
    .option(
      '--rate <n>',
      'with --from: the most events per second (default: no limit)',
      wholeNumber(1, 999_999_999),
    )
    .option('--yes', 'with --from: deliver them; without it, this is a dry run')
    .addHelpText(
      'after',
      '\n--from takes one plugin, which must be disabled. If it is interrupted, run it again to resume.\nEvents that the idempotency store has recorded as completed are not delivered again.\nThe plugin runs in this process: PLUGINS, and what plugins read from the environment, must be set as for "serve".',
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

/** Switches all of the plugins, or none if one of them can't be switched so. */
async function run(command: SwitchName, slugs: string[], options: AuditOptions): Promise<void> {
  const { connectionOf } = await import('../shared/connection.ts')
  const { config, kafka } = await connectionOf(process.env)
  const groupId = config.KAFKA_GROUP_ID
  const { readSituations } = await import('./situations.ts')
  const situations = await readSituations(kafka, config)
  const { answersTo, switchPlugins } = await import('../../operate/switch-plugins.ts')
  const answers = answersTo(command, slugs, (slug) => situations.of(slug).situation)
  requireTaken(answers, situations)
  const actor = byCommand(auditOf(options))
  const changes = await switchPlugins({ kafka, groupId, clock }, command, answers, actor)
  for (const slug of slugs) {
    const changed = changes.find((change) => change.slug === slug)
    print(changed ? `${slug}: ${changed.state} in group ${groupId}` : unchanged(slug, situations))
  }
  if (changes.some(({ state }) => state === 'paused')) print(pauseNotice(groupId))
  // A plugin may have opened handles that would keep the process alive.
  process.exit(0)
}

function requireTaken(
  answers: readonly SlugAnswer[],
  { of, slugs, withoutSlug }: Situations,
): void {
  const refusals = answers.flatMap(({ slug, answer }) =>
    answer.type === 'refused' ? [`${answer.why(slug)}${hintFor(slug, slugs)}`] : [],
  )
  if (refusals.length === 0) return
  // It may be a plugin that can't be loaded here, because a variable is not set, and runs elsewhere.
  const isUnknown = answers.some(({ slug }) => of(slug).situation === 'unknown')
  const unloaded =
    isUnknown && withoutSlug.length > 0 ? [...withoutSlug, 'unset PLUGINS to switch any slug'] : []
  throw usage([...refusals, ...unloaded].join('\n  '))
}

function hintFor(slug: string, slugs: readonly string[]): string {
  if (slugs.includes(slug)) return ''
  const meant = nearest(slug, slugs)
  return meant === undefined ? '' : `; did you mean ${meant}?`
}

/** Who switched the plugin first, and why, stays on record. */
function unchanged(slug: string, { of }: Situations): string {
  const { state, by, at, why } = of(slug)
  const since = by === undefined ? '' : `, since ${at} by ${by}${why ? `: ${why}` : ''}`
  return foreignText(`${slug}: ${state} already${since}`)
}

function pauseNotice(groupId: string): string {
  return `Its events wait. When its share of MAX_IN_FLIGHT_BYTES is full, their partitions pause for every plugin of group ${groupId}. Events that still wait shortly before retention removes them are dead-lettered.`
}
