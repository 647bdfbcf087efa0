import { encodeControl } from '../control/control-record.ts'
import { cutMarks } from '../kafka/mirror/cut-marks.ts'
import { cutStates } from '../kafka/mirror/cut-states.ts'
import { requireControlTopic, writeControl } from '../kafka/state/control-log.ts'
import { KafkaCrashStore } from '../kafka/state/crash-store.ts'
import { OffsetMetadata } from '../kafka/state/offset-metadata.ts'
import { encodePlan } from '../replay/plan.ts'
import type { Logger } from '../util/logger.ts'
import type { Place } from './places.ts'
import { type FailoverParts, type FailoverPlan, requireStoppedHere } from './plan-failover.ts'

export interface FailoverDone {
  /** Records that held marks. */
  marks: number
  states: { restored: number; cleared: number }
}

const OFFSET_LIMIT_MS = 10_000

/**
 * Takes the group back to the recovery point; each step may be done again after a kill, and the service
 * must not be started before the last one. Offsets that stand in records of the control topic, or count
 * crashes, are those of the former cluster: they mean other events here.
 */
export async function runFailover(
  parts: FailoverParts & { log: Pick<Logger, 'warn'> },
  plan: FailoverPlan,
): Promise<FailoverDone> {
  const { config, kafka } = parts
  const { KAFKA_GROUP_ID: groupId } = config
  await requireControlTopic(kafka, groupId)
  for (const cut of plan.marks) await cutMarks(kafka, cut)
  const states = { restored: 0, cleared: 0 }
  for (const cut of plan.states) {
    const { restored, cleared } = await cutStates(kafka, cut)
    states.restored += restored
    states.cleared += cleared
  }
  // What was hidden counts before what is changed of it.
  const changed = [...plan.switches.map(encodeControl), ...plan.replays.map(encodePlan)]
  const records = [...plan.hidden, ...changed]
  if (records.length > 0) await writeControl(kafka, groupId, records)
  await forgetCrashes(parts, plan.places)
  await requireStoppedHere(parts)
  await commitPlaces(parts, plan.places)
  return { marks: plan.marks.reduce((sum, { after }) => sum + after, 0), states }
}

async function forgetCrashes(
  { config, kafka, log }: FailoverParts & { log: Pick<Logger, 'warn'> },
  places: readonly Place[],
): Promise<void> {
  const crashes = new KafkaCrashStore({ kafka, groupId: config.KAFKA_GROUP_ID, log })
  try {
    for (const place of places) {
      if ((await crashes.read(place)).size > 0) await crashes.change(place, (all) => all.clear())
    }
  } finally {
    await crashes.close()
  }
}

async function commitPlaces(
  { config, kafka }: FailoverParts,
  places: readonly Place[],
): Promise<void> {
  const offsets = new OffsetMetadata(kafka, config.KAFKA_GROUP_ID, OFFSET_LIMIT_MS)
  try {
    for (const { topic, partition, offset } of places) {
      await offsets.write(topic, partition, { offset, text: '' })
    }
  } finally {
    await offsets.close()
  }
}
