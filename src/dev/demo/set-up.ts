import { removeSubject } from '../../avro/registry/remove-subject.ts'
import { subjectName } from '../../avro/registry/subject-name.ts'
import { registerSubjects } from '../../avro/registry/subjects.ts'
import { builtInContract } from '../../avro/schema/contract-schemas.ts'
import { createWithCompanions } from '../../kafka/admin/create-topics.ts'
import { deleteResources } from '../../kafka/admin/delete-resources.ts'
import { createTopicsOfGroup } from '../../kafka/admin/group-topics.ts'
import { createMarksTopic } from '../../kafka/admin/marks-topic.ts'
import { withAdmin } from '../../kafka/admin/topic-admin.ts'
import { companionTopics, groupTopicsOf, marksTopicOf } from '../../topics/names.ts'
import type { Cleanup } from './cleanup.ts'
import type { Run } from './run.ts'

const PARTITIONS = 6

/** Creates the run's topics and registry subjects; they are deleted at the end. */
export async function setUp(run: Run, undo: Cleanup): Promise<void> {
  const { config, kafka, registry, topics, inputTopics, groupId, say } = run
  say(`creating topics and subjects: ${inputTopics.join(', ')}`)
  undo.add('delete the topics of the demo', () => removeTopics(run))
  await withAdmin(kafka, async (admin) => {
    const wanted = { partitions: PARTITIONS, replicationFactor: -1, configs: {} }
    const owner = { groupId, ttlMs: config.IDEMPOTENCY_TTL_MS }
    for (const topic of inputTopics) {
      await createWithCompanions(admin, topic, wanted)
      await createMarksTopic(admin, topic, wanted, owner)
    }
    await createTopicsOfGroup(admin, groupId, wanted)
  })
  undo.add('delete the subjects of the demo', () => removeSubjects(run))
  await registerSubjects(registry, { contract: builtInContract(), topics, say: () => {} })
}

export function partitionsOf({ inputTopics }: Run): string[] {
  return inputTopics.flatMap((topic) =>
    Array.from({ length: PARTITIONS }, (_, partition) => `${topic}/${partition}`),
  )
}

async function removeTopics({ kafka, inputTopics, groupId }: Run): Promise<void> {
  const ofInputs = inputTopics.flatMap((topic) => [
    topic,
    ...companionTopics(topic),
    marksTopicOf(topic, groupId),
  ])
  const topics = [...ofInputs, ...groupTopicsOf(groupId)]
  await deleteResources(kafka, { topics, groups: [groupId] })
}

async function removeSubjects({ config, topics }: Run): Promise<void> {
  for (const { topicFamily, fullName } of builtInContract().schemas) {
    await removeSubject(config, subjectName(topics[topicFamily], fullName))
  }
}
