/** The size of kafkajs's fetch requests, and how long a broker may hold them. */
export const fetchLimits = {
  // Short, so that a partition that is resumed is soon fetched again.
  maxWaitTimeInMs: 100,
  // A batch, of Kafka's default size at most, must fit: otherwise brokers send a useless part of it
  // in each response, until its partition is the first of a request.
  maxBytesPerPartition: 1_000_000,
  // Compressed data may take a hundred times as much memory, for a whole fetch at once.
  maxBytes: 1_000_000,
}

/** Batches that kafkajs processes at once, so that one that waits does not block others. */
export const BATCHES_AT_ONCE = 16
