/** A guard removed from the source: `from` occurs once in the file and is replaced by `to`. */
export interface Mutant {
  name: string
  file: string
  from: string
  to: string
}

/** Changes nothing: the model test must pass in the environment of the mutants. */
export const control: Mutant = {
  name: 'nothing is mutated',
  file: 'src/pipeline/offset-ledger.ts',
  from: 'export class OffsetLedger',
  to: 'export class OffsetLedger',
}

export const mutants: Mutant[] = [
  {
    name: 'the watermark ignores unsettled records',
    file: 'src/pipeline/offset-ledger.ts',
    from: 'const settled = this.#open.first()?.offset ?? this.#expected',
    to: 'const settled = this.#expected',
  },
  {
    name: 'the watermark passes what was abandoned',
    file: 'src/pipeline/offset-ledger.ts',
    from: 'Math.min(this.#firstAbandoned, record.offset)',
    to: 'this.#firstAbandoned',
  },
  {
    name: 'a settled record settles the ones before it',
    file: 'src/pipeline/offset-ledger.ts',
    from: 'while (this.#open.first()?.outstanding === 0) this.#open.shift()',
    to: 'if (record.outstanding === 0) this.#open.shift()',
  },
  {
    name: 'a lane removes the running item',
    file: 'src/pipeline/lanes/lanes.ts',
    from: 'lane.items.removeWhere(matches, lane.begun)',
    to: 'lane.items.removeWhere(matches, 0)',
  },
  {
    name: 'a failed delivery lets the next one in its lane overtake it',
    file: 'src/pipeline/lanes/lanes.ts',
    from: 'if (wait !== undefined) this.#wait(lane, wait)',
    to: 'if (wait !== undefined) { const [first] = lane.items.removeWhere(() => true, 0); lane.items.push(first as T); this.#wait(lane, wait) }',
  },
  {
    name: 'every record has its own lane',
    file: 'src/pipeline/delivery.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    from: "return `${topic}\\u0000key\\u0000${key.toString('latin1')}`",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    to: 'return `${Math.random()}`',
  },
  {
    name: 'marks are ignored',
    file: 'src/pipeline/admit/dedupe.ts',
    from: 'if (this.#isSame(result, content)) return duplicate',
    to: "if (this.#isSame(result, content)) return { type: 'first' }",
  },
  {
    name: 'different content under a marked id counts as a duplicate',
    file: 'src/pipeline/admit/dedupe.ts',
    from: 'return this.#conflict(delivery, content)',
    to: 'return duplicate',
  },
  {
    name: 'two lanes handle one id at once',
    file: 'src/pipeline/admit/dedupe.ts',
    from: "if (holder !== delivery) return { type: 'wait', until: this.#leftBy(holder), why: 'same-id' }",
    to: '',
  },
  {
    name: 'an unacknowledged dead letter counts',
    file: 'src/pipeline/settle/settle.ts',
    from: "return retryWrite(delivery, outcome, 'dead letter', failure)",
    to: 'void failure',
  },
  {
    name: 'a mark that was not written counts',
    file: 'src/pipeline/settle/settle.ts',
    from: "(failure) => unwritten(delivery, outcome, 'mark', failure)",
    to: '() => turn',
  },
  {
    name: 'an aborted handler counts as having processed the event',
    file: 'src/pipeline/handle/call-watch.ts',
    from: "type === 'returned' ? CallSignal.couldSeeAbort(this.#signal) : this.#isLate",
    to: "type !== 'returned' && this.#isLate",
  },
  {
    name: 'offsets are committed before the marks are durable',
    file: 'src/kafka/consumer/committer.ts',
    from: 'await flush()',
    to: 'await flush().catch(() => {})',
  },
  {
    name: 'a lost partition does not abort its handlers',
    file: 'src/kafka/consumer/partitions.ts',
    from: 'owned.lose()',
    to: '',
  },
  {
    name: 'what was handed over is still held',
    file: 'src/kafka/consumer/partitions.ts',
    from: 'for (const each of leaving) this.#drop(each)',
    to: '',
  },
  {
    name: 'records are taken of a partition that is not owned any more',
    file: 'src/kafka/fetch/take-batches.ts',
    from: 'isCurrent() && ports.mayTake(epoch)',
    to: 'true',
  },
  {
    name: 'a batch is taken from its first record, though it was read in part',
    file: 'src/kafka/fetch/take-batches.ts',
    from: 'if (record.offset < from) continue',
    to: '',
  },
  {
    name: 'the offsets behind the last record of a batch are not passed',
    file: 'src/kafka/fetch/take-batches.ts',
    from: 'ledger.passTo(batch.lastOffset + 1)',
    to: '',
  },
  {
    name: 'two answers of a partition are taken at once',
    file: 'src/kafka/fetch/feed.ts',
    from: 'this.#isTaking || this.#waiting',
    to: 'this.#waiting',
  },
  {
    name: 'a topic that was created again is read on',
    file: 'src/kafka/consumer/partitions.ts',
    from: "if (isKnown && topicId !== owned.topicId) this.reset(owned, { cause: 'recreated' })",
    to: '',
  },
  {
    name: 'a partition is given away while another member holds it',
    file: 'src/kafka/member/plan.ts',
    from: 'return holding.every((holder) => holder === id)',
    to: 'return holding.length >= 0',
  },
  {
    name: 'a member that handed partitions over does not join again',
    file: 'src/kafka/consumer/membership.ts',
    from: "this.rejoin('partitions were handed over')",
    to: '',
  },
  {
    name: 'a member keeps its partitions past its session',
    file: 'src/kafka/consumer/membership.ts',
    from: 'this.#ports.member.expire()\n    this.#lose(why)',
    to: 'this.#ports.member.expire()',
  },
  {
    name: 'a heartbeat is waited for past the session',
    file: 'src/kafka/member/heartbeats.ts',
    from: 'await withTimeout(ports.heartbeat(limitMs), limitMs, late, ports.clock)',
    to: 'await ports.heartbeat(limitMs)',
  },
  {
    name: 'a response to an earlier membership is taken for one to this',
    file: 'src/kafka/member/group-member.ts',
    from: 'if (!this.#isStill(identity)) return\n',
    to: '',
  },
  {
    name: 'a rebalance confirms a member for ever',
    file: 'src/kafka/member/group-member.ts',
    from: 'Math.min(sentAtMs, this.#settledAtMs + rebalanceTimeoutMs - sessionTimeoutMs)',
    to: 'sentAtMs',
  },
  {
    name: 'a member that the group has gone on without counts as confirmed',
    file: 'src/kafka/member/group-member.ts',
    from: "error.type === 'REBALANCE_IN_PROGRESS'",
    to: "faultOf(error) === 'rejoin'",
  },
  {
    name: 'a fenced member keeps its partitions',
    file: 'src/kafka/consumer/membership.ts',
    from: 'this.#lose(error.message)\n    this.#ports.onFailure(error)',
    to: 'this.#ports.onFailure(error)',
  },
  {
    name: 'a member leaves before it has let go of its partitions',
    file: 'src/kafka/consumer/group-consumer.ts',
    from: 'this.#partitions.lose(this.#partitions.claims)\n    const leftMs',
    to: 'const leftMs',
  },
  {
    name: 'new partitions are noticed by nobody',
    file: 'src/kafka/consumer/group-consumer.ts',
    from: "if (this.#member.isPlanOutdated) this.#membership.rejoin('partition counts have changed')",
    to: '',
  },
]
