import type { Guard } from './guard.ts'

/** Guards of reading: connections, batches, room, offsets. */
export const fetchGuards: Guard[] = [
  {
    name: 'idle timers are not stopped',
    test: 'test/kafkajs-hazards/idle-busy-loop.test.ts',
    file: 'src/kafka/patches/stop-idle-timers.ts',
    from: 'queue.scheduleCheckPendingRequests = quiet',
    to: '',
  },
  {
    name: 'a reconnected connection keeps its receive buffer',
    test: 'test/unit/kafka/patches/reset-on-reconnect.test.ts',
    file: 'src/kafka/patches/reset-on-reconnect.ts',
    from: 'if (!this.isConnected() && isUnawaited(this)) resetBuffer(this)',
    to: '',
  },
  {
    name: 'requests sent while a connection is closing are left pending',
    test: 'test/unit/kafka/patches/close-timed-out-connections.test.ts',
    file: 'src/kafka/patches/close-timed-out-connections.ts',
    from: '    rejectUnanswerable(this)\n',
    to: '',
  },
  {
    name: 'an out-of-range fetch is left to kafkajs',
    test: 'test/integration/out-of-range.test.ts',
    file: 'src/kafka/patches/fetch-errors.ts',
    from: "if (error.name === 'KafkaJSOffsetOutOfRange') throw rejoin(error.message)",
    to: '',
  },
  {
    name: 'a committed offset is not compared with the log',
    test: 'test/integration/out-of-range.test.ts',
    file: 'src/kafka/consumer/offset-reset.ts',
    from: 'if (reason === undefined) return { offset: next ?? range.low }',
    to: 'return { offset: next ?? range.low }',
  },
  {
    name: 'an empty response to a send counts as acknowledged',
    test: 'test/integration/produce-acknowledged.test.ts',
    file: 'src/kafka/producer/acknowledgement.ts',
    from: 'if (partitions.size === 0 || missing.length > 0) throw unacknowledged(topic, missing)',
    to: '',
  },
  {
    name: 'batches without records do not move the ledger',
    test: 'test/integration/transactions.test.ts',
    file: 'src/kafka/consumer/assignment.ts',
    from: 'if (next > owned.ledger.expected) owned.ledger.passTo(next)',
    to: 'void next',
  },
  {
    name: 'offsets after the last record of a batch do not move the ledger',
    test: 'test/integration/transactions.test.ts',
    file: 'src/kafka/consumer/fetch.ts',
    from: 'if (isWhole) owned.ledger.passTo(Number(batch.lastOffset()) + 1)',
    to: 'void isWhole',
  },
  {
    name: 'no codec but gzip is registered',
    test: 'test/integration/codecs.test.ts',
    file: 'src/kafka/client/client.ts',
    from: '  registerCodecs()\n',
    to: '',
  },
  {
    name: 'a partition is paused at once when there is no room',
    test: 'test/kafkajs-hazards/pausing.test.ts',
    file: 'src/kafka/consumer/fetch.ts',
    from: 'if (clock.now() < patienceEndMs) continue',
    to: '',
  },
  {
    name: 'fetches use the default maxWaitTimeInMs',
    test: 'test/kafkajs-hazards/pausing.test.ts',
    file: 'src/kafka/consumer/fetch-limits.ts',
    from: 'maxWaitTimeInMs: 100',
    to: 'maxWaitTimeInMs: 5_000',
  },
  {
    name: 'records that wait are not copied',
    test: 'test/kafkajs-hazards/values-pin-fetches.test.ts',
    file: 'src/pipeline/intake/retain-record.ts',
    from: 'holder.record = copyRecord(holder.record)',
    to: '',
  },
  {
    name: 'fetches use the default maxBytes',
    test: 'test/kafkajs-hazards/inflated-fetches.test.ts',
    file: 'src/kafka/consumer/fetch-limits.ts',
    from: 'maxBytes: 1_000_000,',
    to: '',
  },
  {
    name: 'a partition that is regained stays paused',
    test: 'test/kafkajs-hazards/paused-and-regained.test.ts',
    file: 'src/kafka/consumer/assignment.ts',
    from: 'if (!owned.isParked) this.#lead.resume(owned)',
    to: 'if (this.#joins === 1) this.#lead.resume(owned)',
  },
  {
    name: 'a batch is taken even if it does not continue the ledger',
    test: 'test/kafkajs-hazards/batches-of-an-older-assignment.test.ts',
    file: 'src/kafka/consumer/fetch.ts',
    from: `    if (fetchedOffsetOf(batch) !== owned.ledger.expected) return ports.seekBack(owned)
`,
    to: '',
  },
  {
    name: 'a batch of a lost partition moves the position of kafkajs',
    test: 'test/kafkajs-hazards/batches-of-an-older-assignment.test.ts',
    file: 'src/kafka/consumer/fetch.ts',
    from: `    if (ports.readable(batch.topic, batch.partition) !== owned) return
    if (isWhole) owned.ledger.passTo(Number(batch.lastOffset()) + 1)
    resolve(payload, owned)
`,
    to: `    if (isWhole) owned.ledger.passTo(Number(batch.lastOffset()) + 1)
    payload.resolveOffset(String(owned.ledger.expected - 1))
`,
  },
  {
    name: 'a handler that ignores its signal is not reported',
    test: 'test/kafkajs-hazards/hung-handler.test.ts',
    file: 'src/pipeline/handle/call-watch.ts',
    from: 'onStuck(this.#delivery)',
    to: 'undefined',
  },
]
