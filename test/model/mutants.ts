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
    from: 'return this.#open.first()?.offset ?? this.#expected',
    to: 'return this.#expected',
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
    from: "lane.state === 'running' ? 1 : 0",
    to: '0',
  },
  {
    name: 'a failed delivery lets the next one in its lane overtake it',
    file: 'src/pipeline/lanes/lanes.ts',
    from: 'else this.#wait(lane, turn)',
    to: 'else { const [first] = lane.items.removeWhere(() => true, 0); lane.items.push(first as T); this.#wait(lane, turn) }',
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
    from: 'if (result.fingerprint === content.fingerprint) return duplicate',
    to: "if (result.fingerprint === content.fingerprint) return { type: 'first' }",
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
    from: "(failure) => retryWrite(delivery, outcome, 'mark', failure)",
    to: '() => turn',
  },
  {
    name: 'an aborted handler counts as having processed the event',
    file: 'src/pipeline/handle/call-watch.ts',
    from: "result.type === 'returned' ? HandlerContext.couldSeeAbort(this.#context) : this.#isLate",
    to: "result.type !== 'returned' && this.#isLate",
  },
  {
    name: 'a batch that does not continue the offset ledger is accepted',
    file: 'src/kafka/consumer/fetch.ts',
    from: 'if (fetchedOffsetOf(batch) !== owned.ledger.expected) return ports.seekBack(owned)',
    to: '',
  },
  {
    name: 'two batches of a partition are processed at once',
    file: 'src/kafka/consumer/fetch.ts',
    from: 'owned === undefined || owned.isTaking',
    to: 'owned === undefined',
  },
  {
    name: 'a partition lost while the marks were flushed is committed',
    file: 'src/kafka/consumer/committer.ts',
    from: 'due.filter(({ owned }) => !owned.lost.aborted)',
    to: 'due',
  },
  {
    name: 'offsets are committed before the marks are durable',
    file: 'src/kafka/consumer/committer.ts',
    from: 'await this.#flush()',
    to: 'await this.#flush().catch(() => {})',
  },
  {
    name: 'a lost partition does not abort its handlers',
    file: 'src/kafka/consumer/assignment.ts',
    from: 'owned.lose()',
    to: '',
  },
  {
    name: "a partition is read from kafkajs's position",
    file: 'src/kafka/consumer/assignment.ts',
    from: 'this.seekBack(owned)\n    if (!owned.isParked)',
    to: 'if (!owned.isParked)',
  },
]
