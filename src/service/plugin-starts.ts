import type { Kafka } from 'kafkajs'
import type { Config } from '../config/settings.ts'
import { encodeControl, type PluginStart } from '../control/control-record.ts'
import type { Switches } from '../control/switches.ts'
import { timeText } from '../event/time/timestamp.ts'
import { endsOf, logRanges } from '../kafka/reader/offset-ranges.ts'
import { writeControl } from '../kafka/state/control-log.ts'
import { placesBeyond, type StartOffsets } from '../pipeline/intake/start-offsets.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { controlTopicOf } from '../topics/names.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { withTimeout } from '../util/with-timeout.ts'

export interface StartFromOptions {
  plugins: readonly Pick<LoadedPlugin, 'slug' | 'startFrom'>[]
  config: Pick<Config, 'KAFKA_GROUP_ID' | 'KAFKA_TOPICS'>
  kafka: Kafka
  followed: { switches: Switches; knows(slug: string): boolean }
  clock: Clock
  log: Logger
}

const READ_BACK_LIMIT_MS = 30_000

/**
 * Records the start offsets of plugins with `startFrom: 'now'` that are new to the group. Resolves
 * when this replica has read them back. Rejects if they can't be recorded, because the plugins would
 * then get the backlog.
 */
export async function startFromNow(options: StartFromOptions): Promise<void> {
  const { plugins, config, kafka, followed, clock, log } = options
  const isNew = ({ slug, startFrom }: StartFromOptions['plugins'][number]) =>
    startFrom === 'now' && !followed.knows(slug)
  const slugs = plugins.filter(isNew).map(({ slug }) => slug)
  const known = plugins.flatMap(({ slug }) => followed.switches.startOf(slug) ?? [])
  if (slugs.length + known.length === 0) return
  const offsets = endsOf(await logRanges(kafka, config.KAFKA_TOPICS))
  for (const start of known) warnIfBeyond(start, offsets, log)
  if (slugs.length === 0) return
  const at = timeText(clock.now())
  const audit = { by: 'startFrom', at, why: 'new to the group' }
  const starts = slugs.map((slug): PluginStart => ({ switch: 'start', slug, offsets, ...audit }))
  await write(starts, options)
  await withTimeout(
    readBack(followed.switches, slugs),
    READ_BACK_LIMIT_MS,
    () => late(config),
    clock,
  )
  log.info({ plugins: slugs, start: offsets }, 'plugins are new to the group; starting at the end')
}

/** A start beyond the end means that the topic was recreated or lost its newest records. */
function warnIfBeyond({ slug, offsets }: PluginStart, ends: StartOffsets, log: Logger): void {
  const partitions = placesBeyond(offsets, ends)
  if (partitions.length === 0) return
  const message =
    'the plugin starts beyond the end of partitions: their events are skipped until there; to reset its start, disable it and enable it with `--from`'
  log.warn({ plugin: slug, partitions }, message)
}

async function write(starts: readonly PluginStart[], { kafka, config }: StartFromOptions) {
  const { KAFKA_GROUP_ID: groupId } = config
  try {
    await writeControl(kafka, groupId, starts.map(encodeControl))
  } catch (error) {
    const slugs = starts.map(({ slug }) => slug).join(', ')
    const code = error instanceof InventoryEventsError ? error.code : 'KAFKA_UNAVAILABLE'
    const message = `cannot record the start of ${slugs} (startFrom: 'now') in ${controlTopicOf(groupId)}: ${messageOf(error)}`
    throw new InventoryEventsError(code, message, { cause: error })
  }
}

/** Resolves when the followed switches have a start for each plugin. */
function readBack(switches: Switches, slugs: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (slugs.every((slug) => switches.startOf(slug) !== undefined)) resolve()
    }
    switches.onChange(check)
    check()
  })
}

function late({ KAFKA_GROUP_ID: groupId }: StartFromOptions['config']): InventoryEventsError {
  const topic = controlTopicOf(groupId)
  const message = `records written to ${topic} could not be read back within ${READ_BACK_LIMIT_MS / 1000} s`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
