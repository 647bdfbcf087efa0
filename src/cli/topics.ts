import { type Command, InvalidArgumentError } from 'commander'
import type { Config } from '../config/settings.ts'
import type { MarksOwner } from '../kafka/admin/marks-topic.ts'
import type { TopicAdmin } from '../kafka/admin/topic-admin.ts'
import { companionTopics, groupTopicsOf, marksTopicOf, stateTopicOf } from '../topics/names.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { print } from './shared/output.ts'
import { wholeNumber } from './shared/whole-number.ts'

const TOPICS_HELP = 'input topics (default: those of KAFKA_TOPICS and EVENT_SCHEMAS)'

/** Kafka's own value for the default of the cluster. */
const BY_CLUSTER = -1

interface CreateOptions {
  partitions?: number
  replicationFactor?: number
  config?: Record<string, string>
  state?: boolean
}

export function registerTopics(program: Command): void {
  const topics = program.command('topics').description('Create and check the topics in Kafka')
  topics
    .command('create')
    .description(
      'Create input topics, their companions (.dead-letters, .redrive, .marks) and those of the group (.control, .status, .audit); safe to repeat',
    )
    .argument('[topic...]', TOPICS_HELP)
    .option(
      '--partitions <n>',
      'partition count of new topics (default: 6)',
      wholeNumber(1, 99_999),
    )
    .option(
      '--replication-factor <n>',
      "replication factor of new topics (default: the cluster's)",
      wholeNumber(1, 99_999),
    )
    .option('--config <name=value>', 'a Kafka topic config; may be repeated', collect)
    .option('--state', 'the topics that plugins with state need as well (.state)')
    .action((named: string[], options: CreateOptions) => create(named, options))
  topics
    .command('check')
    .description(
      'Check that partition counts and message limits of input topics and companions match',
    )
    .argument('[topic...]', TOPICS_HELP)
    .action((named: string[]) => check(named))
}

async function create(named: string[], options: CreateOptions): Promise<void> {
  const { createWithCompanions } = await import('../kafka/admin/create-topics.ts')
  const { createMarksTopic } = await import('../kafka/admin/marks-topic.ts')
  const { createStateTopic, stateProblems } = await import('../kafka/admin/state-topic.ts')
  const { createTopicsOfGroup } = await import('../kafka/admin/group-topics.ts')
  const { partitions = 6, replicationFactor = BY_CLUSTER, config: configs = {} } = options
  await withTopics(named, async (admin, { topics, groupId, marks }) => {
    for (const topic of topics) {
      const wanted = { partitions, replicationFactor, configs }
      const lines = await createWithCompanions(admin, topic, wanted)
      if (marks) lines.push(await createMarksTopic(admin, topic, wanted, marks))
      if (options.state) lines.push(await createStateTopic(admin, topic, wanted, groupId))
      print(lines.join('\n'))
    }
    const ofGroup = await createTopicsOfGroup(admin, groupId, { replicationFactor, configs })
    print(ofGroup.join('\n'))
    const states = options.state ? topics.map((topic) => stateTopicOf(topic, groupId)) : []
    const found = await admin.describe([...topics, ...states])
    const expected = options.partitions
    const others = topics.filter((topic) => expected && found.get(topic)?.partitions !== expected)
    await requireValid(admin, { topics, groupId, marks }, [
      ...others.map(
        (topic) => `${topic}: expected ${expected} partitions, got ${found.get(topic)?.partitions}`,
      ),
      ...(options.state ? topics.flatMap((topic) => stateProblems(topic, groupId, found)) : []),
    ])
  })
}

async function check(named: string[]): Promise<void> {
  await withTopics(named, async (admin, { topics, ...owner }) => {
    await requireValid(admin, { topics, ...owner })
    print(topics.map((topic) => `${topic}: ok`).join('\n'))
  })
}

async function requireValid(
  admin: TopicAdmin,
  { topics, groupId, marks }: Wanted,
  more: string[] = [],
): Promise<void> {
  const { topicProblems } = await import('../kafka/admin/companion-topics.ts')
  const { marksProblems } = await import('../kafka/admin/marks-topic.ts')
  const { groupTopicProblems } = await import('../kafka/admin/group-topics.ts')
  const namesOf = (topic: string) => [
    topic,
    ...companionTopics(topic),
    ...(marks ? [marksTopicOf(topic, marks.groupId)] : []),
  ]
  const found = await admin.describe([...topics.flatMap(namesOf), ...groupTopicsOf(groupId)])
  const problemsOf = (topic: string) => [
    ...topicProblems(topic, found),
    ...(marks ? marksProblems(topic, marks, found) : []),
  ]
  const ofGroup = groupTopicProblems(groupId, found)
  const problems = [...more, ...topics.flatMap(problemsOf), ...ofGroup]
  if (problems.length === 0) return
  const lines = ['topics are missing or misconfigured:', ...problems]
  throw new InventoryEventsError('TOPIC_MISSING', lines.join('\n  '))
}

interface Wanted {
  topics: readonly string[]
  groupId: string
  /** The owner of the marks topics, if the idempotency store is kafka. */
  marks: MarksOwner | undefined
}

type TopicsWork = (admin: TopicAdmin, wanted: Wanted) => Promise<void>

async function withTopics(named: string[], work: TopicsWork): Promise<void> {
  const { connectionOf } = await import('./shared/connection.ts')
  const { withAdmin } = await import('../kafka/admin/topic-admin.ts')
  const { config, kafka } = connectionOf(process.env)
  const topics = named.length > 0 ? named : await allTopics(config)
  const groupId = config.KAFKA_GROUP_ID
  const owner = { groupId, ttlMs: config.IDEMPOTENCY_TTL_MS }
  const marks = config.IDEMPOTENCY_STORE === 'kafka:' ? owner : undefined
  await withAdmin(kafka, (admin) => work(admin, { topics, groupId, marks }))
}

/** Those that the group reads, and those that own kinds are published to. */
async function allTopics(config: Config): Promise<string[]> {
  const { loadContract, ownTopics } = await import('../avro/own-kinds/load-contract.ts')
  return [...new Set([...config.KAFKA_TOPICS, ...ownTopics(loadContract(config.EVENT_SCHEMAS))])]
}

function collect(text: string, collected: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('expected name=value')
  }
  return { ...collected, [name]: value }
}
