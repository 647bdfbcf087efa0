import { guardsOf } from './guard.ts'

const CONSUMER = 'kafka/consumer/group-consumer.ts'
const MEMBERSHIP = 'kafka/consumer/membership.ts'
const PARTITIONS = 'kafka/consumer/partitions.ts'
const MEMBER = 'kafka/member/group-member.ts'
const HEARTBEATS = 'kafka/member/heartbeats.ts'
const CLUSTER = 'kafka/protocol/cluster.ts'
const BALANCE = 'kafka/member/assigner/balance.ts'

/** Guards of membership: handlers, joins, commits, assignment. */
export const groupGuards = [
  ...guardsOf('hazards/handler-throws', {
    'an error of a filter is rethrown': [
      'pipeline/intake/evaluate-filters.ts',
      "return failed(failureOf(error).during('wantsProcessEvent'))",
      'throw error',
    ],
    'an error of a handler is rethrown': [
      'pipeline/handle/handle.ts',
      "return ended({ type: 'threw', error })",
      'throw error',
    ],
  }),
  ...guardsOf('hazards/handler-outlasts-session', {
    'no heartbeat is sent': [
      CONSUMER,
      'void this.#membership.sendHeartbeats(this.#left.signal)',
      '',
    ],
  }),
  ...guardsOf('hazards/one-socket', {
    'no heartbeat is sent while a member joins': [
      MEMBERSHIP,
      'isMember: () => member.isKnown',
      'isMember: () => member.isKnown && !this.#isJoining',
    ],
  }),
  ...guardsOf('hazards/frozen-member', {
    'a member takes records after its session': [
      CONSUMER,
      'this.#canCommit && this.#partitions.mayTake(epoch)',
      'this.#partitions.mayTake(epoch)',
    ],
  }),
  ...guardsOf('hazards/half-open-links', {
    'a session ends only when the coordinator says so': [
      HEARTBEATS,
      'if (leftMs(ports) === 0) {',
      'if (leftMs(ports) < 0) {',
    ],
    'other connections to a broker that does not respond are kept': [
      CLUSTER,
      'if (other.address === connection.address) other.renewIfIdle()',
      '',
    ],
    'a commit holds heartbeats up': [MEMBER, "#send('commit',", "#send('group',"],
  }),
  ...guardsOf('hazards/coordinator-moves', {
    'a coordinator that has moved is not looked up': [
      MEMBER,
      "if (faultOf(error) === 'coordinator') this.#coordinator.forget()",
      '',
    ],
  }),
  ...guardsOf('hazards/static-members', {
    'a fenced member goes on': [
      'kafka/member/member-fault.ts',
      "FENCED_INSTANCE_ID: 'fenced'",
      "FENCED_INSTANCE_ID: 'retry'",
    ],
    'a static member leaves when it stops': [
      MEMBER,
      "if (this.#memberId === '' || this.#options.instanceId !== undefined) return",
      "if (this.#memberId === '') return",
    ],
  }),
  ...guardsOf('hazards/partitions-that-stay', {
    'a partition is given away while another member holds it': [
      'kafka/member/plan.ts',
      'return holding.every((holder) => holder === id)',
      'return holding.length >= 0 && id !== undefined',
    ],
    'a member claims nothing': [
      MEMBERSHIP,
      'member.join(this.#ports.claims(), reason)',
      'member.join([], reason)',
    ],
  }),
  ...guardsOf('hazards/joins-move-partitions', {
    'claims are ignored': [
      BALANCE,
      'const owners = validClaims(sorted, widths)',
      'const owners = validClaims([], widths)',
    ],
  }),
  ...guardsOf('hazards/late-answers', {
    'a heartbeat that was overtaken by a join counts': [
      MEMBER,
      '// What is said of an earlier membership says nothing of this one.\n    if (!this.#isStill(identity)) return\n',
      '',
    ],
  }),
  ...guardsOf('hazards/commits-and-joins', {
    'commits are sent while a member joins': [MEMBERSHIP, '    this.#isJoining = true\n', ''],
    'a join does not wait for a commit': [MEMBERSHIP, 'await this.#ports.commitsEnded()', ''],
    'a refused commit counts as made': [
      'kafka/consumer/committer.ts',
      'if (error === undefined) owned.committedOffset',
      'if (error !== null) owned.committedOffset',
    ],
  }),
  ...guardsOf('hazards/reset-while-joining', {
    'the id that a group gave is forgotten': [
      MEMBER,
      '// Kept even if the next request fails: the group waits for this id.\n      this.#memberId = answer.memberId\n      return this.#joinGroup(claims, reason)',
      "this.#memberId = answer.memberId\n      return this.#joinGroup(claims, reason).finally(() => { this.#memberId = '' })",
    ],
  }),
  ...guardsOf('hazards/commit-of-a-lost-partition', {
    'a partition that was handed over is kept': [
      PARTITIONS,
      'for (const each of leaving) this.#drop(each)',
      'for (const each of leaving) this.#assigned.delete(partitionName(each))',
    ],
    'a hand-over waits for every handler': [
      PARTITIONS,
      'this.#ports.intake.release(each, limitMs)',
      'this.#ports.intake.release(each, limitMs + 60_000)',
    ],
  }),
  ...guardsOf('hazards/work-ends-before-a-hand-over', {
    'a partition is handed over before its handlers end': [
      PARTITIONS,
      'await Promise.all(owned.map((each) => this.#ports.intake.release(each, limitMs)))',
      '',
    ],
    'a partition is handed over before its commit': [
      PARTITIONS,
      'if (owned.length > 0) await this.#ports.commit()',
      '',
    ],
  }),
  ...guardsOf('hazards/evicted-member-continues', {
    'an evicted member goes on until its session ends': [
      HEARTBEATS,
      "case 'evicted':\n      ports.onEvicted(error.message)",
      "case 'evicted':",
    ],
  }),
  ...guardsOf('hazards/final-commit', {
    'a stop does not wait for handlers': [
      CONSUMER,
      'const result = await intake.drain(drainLimitMs)',
      'const result = await intake.drain(0)',
    ],
    'the last commit is tried once': [
      'kafka/consumer/commit-loop.ts',
      'if (!this.#committer.isDue || clock.elapsedMs() >= endMs) return',
      'if (endMs > 0) return',
    ],
  }),
  ...guardsOf('hazards/stop-while-rebalancing', {
    'a stop goes on reading': [CONSUMER, '    this.#fetcher.close()\n', ''],
  }),
  ...guardsOf('hazards/rolling-deploy-adds-a-topic', {
    'a leader assigns only topics that it reads itself': [
      MEMBER,
      'group.flatMap((member) => member.topics)',
      'this.#options.topics',
    ],
    'a member is assigned topics that it does not read': [
      BALANCE,
      '.filter(({ topics }) => topics.includes(topic))\n    .sort((a, b) => load(a) - load(b)',
      '.filter(({ topics }) => topics.length > 0)\n    .sort((a, b) => load(a) - load(b)',
    ],
  }),
]
