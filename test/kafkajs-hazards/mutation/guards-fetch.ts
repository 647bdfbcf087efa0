import type { Guard } from './guard.ts'

/** Guards of reading: connections, batches, room, offsets. */
export const fetchGuards: Guard[] = [
  {
    name: 'idle connections are left as they are',
    test: 'test/kafkajs-hazards/idle-busy-loop.test.ts',
    file: 'src/kafka/patches/stop-idle-timers.ts',
    from: 'queue.scheduleCheckPendingRequests = quiet',
    to: '',
  },
  {
    name: 'a connection that is opened again keeps what came before',
    test: 'test/unit/kafka/patches/reset-on-reconnect.test.ts',
    file: 'src/kafka/patches/reset-on-reconnect.ts',
    from: 'if (!this.isConnected() && isUnawaited(this)) resetBuffer(this)',
    to: '',
  },
  {
    name: 'what is sent just as a connection is closed is left to wait',
    test: 'test/unit/kafka/patches/close-timed-out-connections.test.ts',
    file: 'src/kafka/patches/close-timed-out-connections.ts',
    from: '    rejectUnanswerable(this)\n',
    to: '',
  },
  {
    name: 'an offset that a fetch finds out of range is left to kafkajs',
    test: 'test/integration/out-of-range.test.ts',
    file: 'src/kafka/patches/fetch-errors.ts',
    from: "if (error.name === 'KafkaJSOffsetOutOfRange') throw rejoin(error.message)",
    to: '',
  },
  {
    name: 'a committed offset is not compared with the log',
    test: 'test/integration/out-of-range.test.ts',
    file: 'src/kafka/consumer/offset-reset.ts',
    from: 'if (reason === undefined) return { offset: next }',
    to: 'return { offset: next }',
  },
  {
    name: 'an empty answer to a send counts as acknowledged',
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
    name: 'what is behind the last record of a batch does not move the ledger',
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
    name: 'a partition is paused at once where there is no room',
    test: 'test/kafkajs-hazards/pausing.test.ts',
    file: 'src/kafka/consumer/fetch.ts',
    from: 'if (clock.now() < patienceEndMs) continue',
    to: '',
  },
  {
    name: 'brokers are asked to wait as long as kafkajs would have it',
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
    name: 'a fetch may be as large as kafkajs would have it',
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
    name: 'a batch counts only if it continues what was taken',
    test: 'test/kafkajs-hazards/batches-of-an-older-assignment.test.ts',
    file: 'src/kafka/consumer/fetch.ts',
    from: `    if (fetchedOffsetOf(batch) !== owned.ledger.expected) return ports.seekBack(owned)
`,
    to: '',
  },
  {
    name: 'a batch whose partition was lost tells kafkajs where to go on',
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
    name: 'a handler that goes on after its signal is not reported',
    test: 'test/kafkajs-hazards/hung-handler.test.ts',
    file: 'src/pipeline/handle/call-watch.ts',
    from: 'onStuck(this.#delivery)',
    to: 'undefined',
  },
]
