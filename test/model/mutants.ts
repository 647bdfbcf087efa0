/** A guard taken out of the code: `from` stands in the file just once, and `to` takes its place. */
export interface Mutant {
  name: string
  file: string
  from: string
  to: string
}

/** Takes nothing out: the model test must pass in the surroundings that mutants are run in. */
export const control: Mutant = {
  name: 'nothing is taken out',
  file: 'src/pipeline/offset-ledger.ts',
  from: 'export class OffsetLedger',
  to: 'export class OffsetLedger',
}

export const mutants: Mutant[] = [
  {
    name: 'the watermark ignores what is unsettled',
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
    name: 'a lane lets go of what is running',
    file: 'src/pipeline/lanes/lanes.ts',
    from: "lane.state === 'running' ? 1 : 0",
    to: '0',
  },
  {
    name: 'a failed delivery lets the next one of its lane pass',
    file: 'src/pipeline/lanes/lanes.ts',
    from: 'else this.#wait(lane, turn)',
    to: 'else { const [first] = lane.items.removeWhere(() => true, 0); lane.items.push(first as T); this.#wait(lane, turn) }',
  },
  {
    name: 'every record has a lane of its own',
    file: 'src/pipeline/delivery.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    from: "return `${topic}\\u0000key\\u0000${key.toString('latin1')}`",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    to: 'return `${Math.random()}`',
  },
  {
    name: 'marks are not heeded',
    file: 'src/pipeline/admit/dedupe.ts',
    from: 'if (result.fingerprint === content.fingerprint) return duplicate',
    to: "if (result.fingerprint === content.fingerprint) return { type: 'first' }",
  },
  {
    name: 'other content under a marked id counts as a duplicate',
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
    name: 'a dead letter that was not acknowledged counts',
    file: 'src/pipeline/settle/settle.ts',
    from: "return retryWrite(delivery, outcome, 'dead letter', failure)",
    to: 'void failure',
  },
  {
    name: 'a mark that could not be written counts',
    file: 'src/pipeline/settle/settle.ts',
    from: "(failure) => retryWrite(delivery, outcome, 'mark', failure)",
    to: '() => turn',
  },
  {
    name: 'a handler that was told to end counts as having processed',
    file: 'src/pipeline/handle/call-watch.ts',
    from: "result.type === 'returned' ? HandlerContext.couldSeeAbort(this.#context) : this.#isLate",
    to: "result.type !== 'returned' && this.#isLate",
  },
  {
    name: 'a batch that does not continue the ledger is taken',
    file: 'src/kafka/consumer/fetch.ts',
    from: 'if (fetchedOffsetOf(batch) !== owned.ledger.expected) return ports.seekBack(owned)',
    to: '',
  },
  {
    name: 'two batches of a partition are taken at once',
    file: 'src/kafka/consumer/fetch.ts',
    from: 'owned === undefined || owned.isTaking',
    to: 'owned === undefined',
  },
  {
    name: 'a partition that was lost while the marks were flushed is committed',
    file: 'src/kafka/consumer/committer.ts',
    from: 'due.filter(({ owned }) => !owned.lost.aborted)',
    to: 'due',
  },
  {
    name: 'offsets are committed although the marks are not durable',
    file: 'src/kafka/consumer/committer.ts',
    from: 'await this.#flush()',
    to: 'await this.#flush().catch(() => {})',
  },
  {
    name: 'a lost partition does not tell its handlers',
    file: 'src/kafka/consumer/assignment.ts',
    from: 'owned.lose()',
    to: '',
  },
  {
    name: 'a partition is read from where kafkajs stands',
    file: 'src/kafka/consumer/assignment.ts',
    from: 'this.seekBack(owned)\n    if (!owned.isParked)',
    to: 'if (!owned.isParked)',
  },
]
