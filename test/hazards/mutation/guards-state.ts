import { guardsOf } from './guard.ts'

/** Guards of what is written: of plugins' state, who may commit it, and from where it is read back. */
export const stateGuards = [
  ...guardsOf('hazards/switches-read-late', {
    'what was skipped counts before switches are known': [
      'pipeline/intake/provisional-skips.ts',
      'epoch.ledger.hold(offset)',
      '',
    ],
    'what was skipped in error is not read again': [
      'kafka/consumer/partitions.ts',
      'this.#open(places, this.#ports.commitsEnded())',
      '',
    ],
  }),
  ...guardsOf('unit/pipeline/intake/provisional-skips', {
    'a reading confirms what was skipped during it': [
      'pipeline/intake/provisional-skips.ts',
      'skipped.first = skipped.firstSince',
      'skipped.first = Infinity',
    ],
    'what was skipped counts though the start of its plugin is not known yet': [
      'pipeline/intake/provisional-skips.ts',
      'if (this.#isUndecided(slug, skipped)) continue',
      '',
    ],
    'the start of another time decides': [
      'pipeline/intake/provisional-skips.ts',
      'if (start === skipped.start) return false',
      '',
    ],
    'a queued delivery that is skipped counts at once': [
      'pipeline/pipeline.ts',
      "if (cause !== 'before-start') skips.add(epoch, delivery.plugin.slug, record.offset)",
      '',
    ],
    'a partition is handed over before it is known what counts': [
      'pipeline/end-epoch.ts',
      'abandonAll(epoch)\n      await skips.confirmed()',
      'abandonAll(epoch)',
    ],
  }),
  ...guardsOf('unit/kafka/consumer/partitions', {
    'a partition is read again before its last commit has ended': [
      'kafka/consumer/opening.ts',
      'if (ports.ready !== undefined) await ports.ready',
      '',
    ],
  }),
  ...guardsOf('integration/state', {
    'offsets are read while a transaction commits them': [
      'kafka/member/group-member.ts',
      'const body = { groupId, topics, requireStable }',
      'const body = { groupId, topics, requireStable: false }',
    ],
    'states are read while a transaction hides some of them': [
      'kafka/state/marks-log.ts',
      'await transactionsEnded(logs, lost, { cluster, clock })',
      '',
    ],
  }),
  ...guardsOf('integration/transactional-commits', {
    'a transaction names no generation': [
      'kafka/protocol/requests/transaction.ts',
      'writer.int32(body.generation).string(body.memberId)',
      "writer.int32(-1).string('')",
    ],
  }),
  ...guardsOf('unit/kafka/transactions/transactions', {
    'a request that may still arrive changes no epoch': [
      'kafka/transactions/transactions.ts',
      'if (writer.isUnsure) this.#writer = undefined',
      '',
    ],
  }),
  ...guardsOf('unit/kafka/consumer/commit-staged', {
    'a plugin whose topic is refused holds up all others': [
      'kafka/consumer/commit-staged.ts',
      'if (culprits.length === 0) {',
      'if (culprits.length >= 0) {',
    ],
  }),
  ...guardsOf('unit/kafka/producer/sender', {
    'a former leader speaks of a later batch': [
      'kafka/producer/partition-queue.ts',
      'return this.#closed?.sent === batch',
      'return batch !== undefined',
    ],
  }),
  ...guardsOf('model/producer/acknowledged', {
    'nobody sends again what moves to another leader while it waits': [
      'kafka/producer/sender.ts',
      'and no other loop knows.\n    this.#wakeLeaders()',
      '',
    ],
  }),
  ...guardsOf('unit/kafka/producer/partition-queue', {
    'a batch that was given up before its first response was not written': [
      'kafka/producer/partition-queue.ts',
      'if (this.#closed.sent !== undefined) this.#closed.isInDoubt = true',
      '',
    ],
    'a batch that was given up while it was compressed is sent': [
      'kafka/producer/partition-queue.ts',
      'if (this.#closed !== closed) return undefined',
      '',
    ],
  }),
  ...guardsOf('integration/store-postgres-states', {
    'the first state of an entity replaces one that was stored meanwhile': [
      'idempotency/postgres/states/statements.ts',
      "written('do nothing',",
      "written('do update set text = excluded.text',",
    ],
  }),
  ...guardsOf('unit/pipeline/handle/shared-state', {
    'what was made of a state that has changed is written again': [
      'pipeline/settle/settle.ts',
      'failure instanceof StateConflict',
      'false',
    ],
    'an owner that has lost its claim publishes': [
      'pipeline/settle/settle.ts',
      'if (plugin.state !== undefined) await claim?.confirm?.(stateChange)',
      '',
    ],
  }),
  ...guardsOf('unit/idempotency/kafka/staging', {
    'what completes after its ownership counts': [
      'idempotency/kafka/store.ts',
      'if (stateOf(key).ownership !== ownership) return',
      '',
    ],
  }),
  ...guardsOf('unit/pipeline/follow-ups', {
    'a mark is made before its follow-up events are written': [
      'pipeline/settle/settle.ts',
      'if (!isDue) return complete(delivery, outcome)',
      'if (outcome !== undefined) return complete(delivery, outcome)',
    ],
    'what a call publishes counts whatever becomes of the call': [
      'pipeline/handle/encode-follow-ups.ts',
      'if (drafts.length === 0 || successOf(result) === undefined) return result',
      'if (drafts.length === 0) return result',
    ],
  }),
  ...guardsOf('unit/follow-up/make-follow-up', {
    'plugins that cause their own events go on for ever': [
      'follow-up/make-follow-up.ts',
      'if (hops >= HOPS_MAX) {',
      'if (hops < 0) {',
    ],
  }),
  ...guardsOf('unit/kafka/mirror/newest-by-key', {
    'a state that a mirror has copied again hides a newer one before it': [
      'kafka/mirror/newest-by-key.ts',
      'timestampMs >= (seen?.asOf?.ms ?? -Infinity)',
      'true',
    ],
  }),
  ...guardsOf('integration/failover-copies', {
    'a switch that a mirror has copied again counts after a failover': [
      'failover/run-failover.ts',
      '[...plan.hidden, ...changed]',
      'changed',
    ],
    'a plan that a mirror has copied again is running': [
      'kafka/mirror/mirrored-control.ts',
      'records.sort((a, b) => a.timestampMs - b.timestampMs)',
      'records',
    ],
  }),
  ...guardsOf('integration/failover-events', {
    'a group begins in a copy that lacks what the first one has': [
      'kafka/mirror/first-copy.ts',
      'if ((await firstLike(last)) === last.offset) return place',
      'return place',
    ],
  }),
  ...guardsOf('integration/state-times', {
    'states have earlier times than those before them': [
      'service/transactional-commits.ts',
      'Math.max(lastMs, ...read)',
      '0',
    ],
    'switches have earlier times than those before them': [
      'kafka/state/control-log.ts',
      'timeAfter(clock.now(), newestMs)',
      'clock.now()',
    ],
  }),
]
