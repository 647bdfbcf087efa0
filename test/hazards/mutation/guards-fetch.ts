import { guardsOf } from './guard.ts'

/** Guards of reading: connections, batches, room, offsets. */
export const fetchGuards = [
  ...guardsOf('hazards/one-socket', {
    'requests of all purposes share a connection': [
      'kafka/protocol/cluster.ts',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
      '`${purpose} ${host}:${port}`',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
      '`${host}:${port}`',
    ],
  }),
  ...guardsOf('hazards/idle-busy-loop', {
    'idle timers are not stopped': [
      'kafka/patches/stop-idle-timers.ts',
      'queue.scheduleCheckPendingRequests = quiet',
      '',
    ],
  }),
  ...guardsOf('unit/kafka/patches/reset-on-reconnect', {
    'a reconnected connection keeps its receive buffer': [
      'kafka/patches/reset-on-reconnect.ts',
      'if (!this.isConnected() && isUnawaited(this)) resetBuffer(this)',
      '',
    ],
  }),
  ...guardsOf('unit/kafka/patches/close-timed-out-connections', {
    'requests sent while a connection is closing are left pending': [
      'kafka/patches/close-timed-out-connections.ts',
      '    rejectUnanswerable(this)\n',
      '',
    ],
  }),
  ...guardsOf('integration/out-of-range', {
    'a committed offset is not compared with the log': [
      'kafka/consumer/offset-reset.ts',
      'if (reason === undefined) return { offset: next ?? range.low }',
      'return { offset: next ?? range.low }',
    ],
  }),
  ...guardsOf('integration/produce-acknowledged', {
    'a send waits for a partition that is not there': [
      'kafka/producer/producer.ts',
      'if (cluster.topic(topic)?.partitions.has(partition)) return\n',
      'return\n',
    ],
  }),
  ...guardsOf('integration/transactions', {
    'offsets after the last record of a batch do not move the ledger': [
      'kafka/fetch/take-batches.ts',
      'ledger.passTo(batch.lastOffset + 1)',
      '',
    ],
  }),
  ...guardsOf('integration/codecs', {
    'no codec but gzip is registered': ['kafka/client/client.ts', '  registerCodecs()\n', ''],
  }),
  ...guardsOf('hazards/pausing', {
    'a partition is paused at once when there is no room': [
      'kafka/fetch/take-batches.ts',
      'clock.sleep(PATIENCE_MS',
      'clock.sleep(0',
    ],
  }),
  ...guardsOf('hazards/paused-and-regained', {
    'a partition stays paused when there is room again': [
      'kafka/fetch/feed-taker.ts',
      '    feed.unblock()\n',
      '',
    ],
  }),
  ...guardsOf('unit/kafka/fetch/fetch-budget', {
    'memory of a response is used again before all of it was taken': [
      'kafka/fetch/fetch-budget.ts',
      'if (left > 0) return',
      '',
    ],
  }),
  ...guardsOf('hazards/values-pin-fetches', {
    'records that wait are not copied': [
      'pipeline/intake/wanted-record.ts',
      'const record = copyRecord(fetched)',
      'const record = fetched.detach?.() ?? fetched',
    ],
  }),
  ...guardsOf('hazards/inflated-fetches', {
    'all batches of a response are decompressed at once': [
      'kafka/records/inflate-limit.ts',
      'return !this.#isInflating && this.#heldBytes < this.#heldBytesMax',
      'return true',
    ],
  }),
  ...guardsOf('hazards/corrupt-batches', {
    'checksums are not compared': [
      'kafka/records/record-batch.ts',
      'return crc32c(this.bytes.subarray(AT.attributes)) === this.bytes.readUInt32BE(AT.crc)',
      'return crc32c(this.bytes) !== -1',
    ],
  }),
  ...guardsOf('hazards/advertised-address', {
    'only the brokers that were described are asked': [
      'kafka/protocol/cluster.ts',
      '...bootstrap.slice(first),\n      ...bootstrap.slice(0, first),',
      '...(known.length > 0 ? [] : bootstrap),',
    ],
  }),
  ...guardsOf('hazards/topics-that-go', {
    'ids of topics are not compared': [
      'kafka/consumer/partitions.ts',
      'if (isKnown && topicId !== owned.topicId)',
      'if (isKnown && topicId === undefined)',
    ],
    'offsets of a topic that is gone are committed to the next one of its name': [
      'kafka/consumer/committer.ts',
      '.filter(({ isTopicGone }) => !isTopicGone)',
      '',
    ],
  }),
  ...guardsOf('model/fetch/every-record', {
    'nobody asks the next leader': ['kafka/fetch/fetcher.ts', 'this.#feeds.refreshed()', ''],
  }),
  ...guardsOf('hazards/late-answers', {
    'what was fetched for an older ownership is taken': [
      'kafka/fetch/fetcher.ts',
      'feed && offsets.get(feed)',
      'feed && (offsets.get(feed) ?? feed.position)',
    ],
    'a record that waited is taken though its partition was lost': [
      'kafka/fetch/take-batches.ts',
      'return this.#ports.mayTake()',
      'return true',
    ],
  }),
  ...guardsOf('hazards/rights-and-logins', {
    'a right that is revoked ends the service': [
      'kafka/fetch/judge-partition.ts',
      'if (!this.#readable.has(feed.epoch.topic)) this.#refuse',
      'this.#refuse',
    ],
  }),
  ...guardsOf('hazards/hung-handler', {
    'a handler that ignores its signal is not reported': [
      'pipeline/handle/call-watch.ts',
      'onStuck(this.#deliveries)',
      'undefined',
    ],
  }),
]
