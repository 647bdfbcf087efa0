import type { Kafka } from 'kafkajs'
import { encodeCommitted } from '../control/committed-record.ts'
import { encodeControl, type PluginState } from '../control/control-record.ts'
import { encodeSplit } from '../control/split-record.ts'
import { partitionName } from '../event/record.ts'
import type { OffsetRange } from '../kafka/reader/offset-ranges.ts'
import { writeControl } from '../kafka/state/control-log.ts'
import { copyCrashes } from '../kafka/state/copy-crashes.ts'
import { copyStates } from '../kafka/state/copy-marks.ts'
import { seedOffsets } from '../kafka/state/seed-offsets.ts'
import type { StartOffsets } from '../pipeline/intake/start-offsets.ts'
import type { Logger } from '../util/logger.ts'
import { type CopiedMarks, copyMarksOf } from './copy-marks-of.ts'
import { createGroupTopics } from './create-group-topics.ts'
import type { SplitParts, SplitPlan } from './plan-split.ts'
import { requireStopped } from './require-stopped.ts'

/**
 * Does what is planned; each step may be done again after a kill. Until the last one the new group can't
 * start, and the old one, if it is started nevertheless, holds the plugins' events, so that none of them is
 * handled while marks are copied. Rejects with USAGE if one of the groups has members.
 */
export async function runSplit(
  parts: SplitParts & { log: Pick<Logger, 'warn'> },
  plan: SplitPlan,
): Promise<CopiedMarks> {
  const { config, kafka, log } = parts
  const { from, to, slugs, split } = plan
  const stateful = await createGroupTopics(parts, plan)
  if (plan.stage === 'new') await begin(kafka, plan)
  await setInOld(kafka, plan, 'paused', ['enabled'])
  await requireStopped(kafka, config, [from, to])
  const copied = await copyMarksOf(parts, plan)
  await copyStates(kafka, { topics: stateful, from, to }, slugs)
  const places = placesOf(split.offsets)
  await copyCrashes(kafka, places, { from, to, slugs, log })
  await requireStopped(kafka, config, [to])
  await seedOffsets(kafka, to, places)
  await setInOld(kafka, plan, 'disabled', ['enabled', 'paused'])
  await writeControl(kafka, to, [encodeSplit({ ...split, state: 'done' })])
  return copied
}

/** In one batch, which is written as a whole or not at all. */
async function begin(kafka: Kafka, { to, split, switches, committed }: SplitPlan): Promise<void> {
  const places = new Set([...committed, ...placesOf(split.offsets).map(partitionName)])
  await writeControl(kafka, to, [
    encodeSplit(split),
    ...switches.map(encodeControl),
    ...[...places].map((place) => encodeCommitted(place, split.at)),
  ])
}

/** Sets the plugins in the old group to a state, unless they were in another than these at the start. */
async function setInOld(
  kafka: Kafka,
  { from, to, slugs, split, states }: SplitPlan,
  state: PluginState,
  before: readonly PluginState[],
): Promise<void> {
  const changed = slugs.filter((slug) => before.includes(states.get(slug)!))
  if (changed.length === 0) return
  const audit = { by: split.by, at: split.at, why: `group split: moved to group ${to}` }
  const records = changed.map((slug) => ({ switch: 'plugin', slug, state, ...audit }) as const)
  await writeControl(kafka, from, records.map(encodeControl))
}

function placesOf(offsets: StartOffsets): OffsetRange[] {
  return Object.entries(offsets).flatMap(([topic, ofTopic]) =>
    Object.entries(ofTopic).map(([partition, offset]) => {
      return { topic, partition: Number(partition), start: offset, end: offset }
    }),
  )
}
