import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { companionTopics, marksTopicOf, stateTopicOf } from '../../src/topics/names.ts'
import { schemasOf } from './contract-schemas.ts'
import { createTopics } from './stack.ts'
import { entriesOf } from './topic-admin.ts'

const COMPACTED = { 'cleanup.policy': 'compact' }

/** A further input of a group with everything that it needs, and every schema registered for it. */
export async function createInput(
  topic: string,
  groupId: string,
  numPartitions: number,
  config: Readonly<Record<string, string>> = {},
): Promise<void> {
  const sinks = [...companionTopics(topic), marksTopicOf(topic, groupId)]
  await createTopics(
    { topic, numPartitions, configEntries: entriesOf(config) },
    ...sinks.map((each) => ({ topic: each, numPartitions })),
    { topic: stateTopicOf(topic, groupId), numPartitions, configEntries: entriesOf(COMPACTED) },
  )
  await schemasOf(topic)(builtInContract().schemas)
}
