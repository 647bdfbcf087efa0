/** How much kafkajs asks a broker for at once, and how long that may wait for it. */
export const fetchLimits = {
  // Short, so that a partition that is resumed is soon fetched again.
  maxWaitTimeInMs: 100,
  // A batch, of Kafka's default size at most, must fit: of one that does not, brokers send a part in
  // vain, answer by answer, until its partition is the first of a request.
  maxBytesPerPartition: 1_000_000,
  // What is compressed may be a hundred times as large in memory, all of a fetch at once.
  maxBytes: 1_000_000,
}
