import kafkajs, {
  type Consumer,
  type ConsumerConfig,
  type EachBatchPayload,
  type Kafka,
  type PartitionAssigner,
} from 'kafkajs'

const { MemberAssignment } = kafkajs.AssignerProtocol

export interface Hands {
  config: Partial<ConsumerConfig>
  /** A topic that the next assignment leaves out. */
  lostTopic?: string
  /** A batch's heartbeat waits for this. */
  beforeHeartbeat?(payload: EachBatchPayload): Promise<void>
  /** The consumers created. */
  consumers: Consumer[]
}

/** kafkajs with control over what is otherwise up to chance: assignments and response times. */
export function steered(kafka: Kafka, hands: Hands): Kafka {
  function consumer(options: ConsumerConfig): Consumer {
    const partitionAssigners = (options.partitionAssigners ?? []).map((each) => losing(each, hands))
    const plain = kafka.consumer({ ...options, ...hands.config, partitionAssigners })
    const run: Consumer['run'] = (config = {}) =>
      plain.run({ ...config, eachBatch: async (payload) => config.eachBatch?.(held(payload)) })
    const made = { ...plain, run }
    hands.consumers.push(made)
    return made
  }

  function held(payload: EachBatchPayload): EachBatchPayload {
    const heartbeat = async () => {
      await hands.beforeHeartbeat?.(payload)
      return payload.heartbeat()
    }
    return { ...payload, heartbeat }
  }

  return { admin: kafka.admin.bind(kafka), consumer } as Kafka
}

/** An assigner that leaves out `lostTopic`. */
export function losing(
  assigner: PartitionAssigner,
  hands: Pick<Hands, 'lostTopic'>,
): PartitionAssigner {
  return (config) => {
    const inner = assigner(config)
    return {
      ...inner,
      protocol: (subscription) => inner.protocol(subscription),
      async assign(group) {
        const all = await inner.assign(group)
        return all.map(({ memberId, memberAssignment }) => {
          const { version, assignment, userData } = MemberAssignment.decode(memberAssignment)!
          const { [hands.lostTopic ?? '']: _, ...left } = assignment
          const encoded = MemberAssignment.encode({ version, assignment: left, userData })
          return { memberId, memberAssignment: encoded }
        })
      },
    }
  }
}
