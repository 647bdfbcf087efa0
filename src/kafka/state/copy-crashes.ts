import type { Kafka } from 'kafkajs'
import { type CrashPartition, pluginOf } from '../../pipeline/admit/crash-counts.ts'
import type { Logger } from '../../util/logger.ts'
import { KafkaCrashStore } from './crash-store.ts'

export interface CrashesCopy {
  from: string
  to: string
  slugs: readonly string[]
  log: Pick<Logger, 'warn'>
}

/**
 * Copies how often events of these plugins ended the process: without that, one that always does would
 * end the replicas of the other group as often again. Safe to repeat.
 */
export async function copyCrashes(
  kafka: Kafka,
  partitions: readonly CrashPartition[],
  { from, to, slugs, log }: CrashesCopy,
): Promise<void> {
  const source = new KafkaCrashStore({ kafka, groupId: from, log })
  const target = new KafkaCrashStore({ kafka, groupId: to, log })
  try {
    for (const partition of partitions) {
      const counts = await source.read(partition)
      const moved = [...counts].filter(([key]) => slugs.includes(pluginOf(key)))
      if (moved.length === 0) continue
      await target.change(partition, (own) => {
        for (const [key, count] of moved) own.set(key, count)
      })
    }
  } finally {
    await Promise.all([source.close(), target.close()])
  }
}
