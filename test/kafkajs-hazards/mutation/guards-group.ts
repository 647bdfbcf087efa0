import type { Guard } from './guard.ts'

const m2 = 'test/kafkajs-hazards/handler-throws-type-error.test.ts'
const m3 = 'test/kafkajs-hazards/handler-throws.test.ts'
const m4 = 'test/kafkajs-hazards/commit-while-stopping.test.ts'
const m5 = 'test/kafkajs-hazards/commit-of-a-lost-partition.test.ts'
const m8 = 'test/kafkajs-hazards/handler-outlasts-session.test.ts'
const e2 = 'test/kafkajs-hazards/commit-retried-in-newer-generation.test.ts'
const e2c = 'test/kafkajs-hazards/reset-while-joining.test.ts'
const e3 = 'test/kafkajs-hazards/work-ends-before-a-join.test.ts'
const e3b = 'test/kafkajs-hazards/join-without-a-rebalance.test.ts'
const stopRefused = 'test/kafkajs-hazards/stop-final-commit-refused.test.ts'
const stopRebalancing = 'test/kafkajs-hazards/stop-while-rebalancing.test.ts'
const m12 = 'test/kafkajs-hazards/handler-holds-up-a-rebalance.test.ts'
const m13 = 'test/kafkajs-hazards/joins-move-partitions.test.ts'
const evict = 'test/kafkajs-hazards/evicted-member-continues.test.ts'
const m11 = 'test/kafkajs-hazards/rolling-deploy-adds-a-topic.test.ts'

/** Guards of membership: handlers, joins, commits, assignment. */
export const groupGuards: Guard[] = [
  {
    name: 'a TypeError of a filter is rethrown',
    test: m2,
    file: 'src/pipeline/intake/evaluate-filters.ts',
    from: "return failed(failureOf(error).during('wantsProcessEvent'))",
    to: 'throw error',
  },
  {
    name: 'a TypeError of a handler is rethrown',
    test: m2,
    file: 'src/pipeline/handle/handle.ts',
    from: "return ended({ type: 'threw', error })",
    to: 'throw error',
  },
  {
    name: 'an Error of a filter is rethrown',
    test: m3,
    file: 'src/pipeline/intake/evaluate-filters.ts',
    from: "return failed(failureOf(error).during('wantsProcessEvent'))",
    to: 'throw error',
  },
  {
    name: 'a stop does not commit before leaving the group',
    test: m4,
    file: 'src/kafka/consumer/consumer.ts',
    from: 'await this.#finalCommit()\n    await disconnected([this.#consumer, this.#admin], clock)',
    to: 'await disconnected([this.#consumer], clock)\n    await this.#finalCommit()',
  },
  {
    name: 'a stop does not wait for handlers',
    test: m4,
    file: 'src/kafka/consumer/consumer.ts',
    from: 'const result = await this.#options.intake.drain(drainMs(drainLimitMs, canCommit))',
    to: 'const result = await this.#options.intake.drain(0)',
  },
  {
    name: 'a partition that moved to another member is not ended',
    test: m5,
    file: 'src/kafka/consumer/assignment.ts',
    from: 'if (!isKept) this.#end(owned)',
    to: '',
  },
  {
    name: 'a batch waits for its handlers',
    test: m8,
    file: 'src/kafka/consumer/fetch.ts',
    from: '=== owned) resolve(payload, owned)',
    to: '!== owned) return\n    await ports.intake.drain(60_000)\n    resolve(payload, owned)',
  },
  {
    name: 'a leader assigns only topics that it reads itself',
    test: m11,
    file: 'src/kafka/member/assigner/sticky-assigner.ts',
    from: 'async assign({ members }) {\n      const group = members.map(memberOf)',
    to: 'async assign({ members, topics }) {\n      const group = members.map(memberOf).map((each) => ({ ...each, topics: each.topics.filter((topic) => topics.includes(topic)) }))',
  },
  {
    name: 'a member is assigned topics that it does not read',
    test: m11,
    file: 'src/kafka/member/assigner/balance.ts',
    from: '.filter(({ topics }) => topics.includes(topic))\n    .sort((a, b) => load(a) - load(b)',
    to: '.filter(({ topics }) => topics.length > 0)\n    .sort((a, b) => load(a) - load(b)',
  },
  {
    name: 'a stale coordinator is not detected',
    test: 'test/kafkajs-hazards/coordinator-passed-on.test.ts',
    file: 'src/kafka/consumer/stale-coordinator.ts',
    from: 'if (type === NOT_COORDINATOR) this.#isStale = true',
    to: 'void type',
  },
  {
    name: 'commits are retried by kafkajs across joins',
    test: e2,
    file: 'src/kafka/consumer/consumer.ts',
    from: 'this.#committer.use(payload.commitOffsetsIfNecessary)',
    to: 'this.#committer.use(async ({ topics }) => void consumer.commitOffsets(topics.flatMap(({ topic, partitions }) => partitions.map((each) => ({ topic, ...each })))).catch(() => {}))',
  },
  {
    name: 'a crashed consumer is not replaced',
    test: e2c,
    file: 'src/kafka/consumer/consumer.ts',
    from: 'this.#rebuilding = this.#rebuild(error)',
    to: '',
  },
  {
    name: 'a rebalance waits for every handler',
    test: m12,
    file: 'src/kafka/consumer/consumer.ts',
    from: 'drain(drainLimitMs(this.#options))',
    to: 'drain(60_000)',
  },
  {
    name: 'work on a kept partition is abandoned',
    test: m12,
    file: 'src/kafka/consumer/assignment.ts',
    from: 'if (!isKept) this.#end(owned)',
    to: 'this.#end(owned)',
  },
  {
    name: 'claims are ignored',
    test: m13,
    file: 'src/kafka/member/assigner/balance.ts',
    from: 'const owners = validClaims(sorted, widths)',
    to: 'const owners = validClaims([], widths)',
  },
  {
    name: 'a join does not wait for handlers',
    test: e3,
    file: 'src/kafka/consumer/consumer.ts',
    from: 'await this.#options.intake.drain(drainLimitMs(this.#options))',
    to: '',
  },
  {
    name: 'a join does not wait for a commit',
    test: e3,
    file: 'src/kafka/consumer/consumer.ts',
    from: 'drain(drainLimitMs(this.#options))\n    await this.#committer.commit()',
    to: 'drain(drainLimitMs(this.#options))',
  },
  {
    name: 'joins without a REBALANCING event are not prepared for',
    test: e3b,
    file: 'src/kafka/consumer/consumer.ts',
    from: 'partitionAssigners: [beforeRejoin(assigner, () => this.#beforeJoin())],',
    to: 'partitionAssigners: [assigner],',
  },
  {
    name: 'the final commit is not verified',
    test: stopRefused,
    file: 'src/kafka/consumer/final-commit.ts',
    from: 'await problemOf(ports, endMs)',
    to: 'void (await ports.committer.commit())',
  },
  {
    name: 'a stop continues reading',
    test: stopRebalancing,
    file: 'src/kafka/consumer/consumer.ts',
    from: 'this.#assignment.close()',
    to: '',
  },
  {
    name: 'an evicted member continues until it rejoins',
    test: evict,
    file: 'src/kafka/patches/member-evicted.ts',
    from: "if (error.type === 'UNKNOWN_MEMBER_ID') onEvicted()",
    to: '',
  },
]
