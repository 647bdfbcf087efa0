import {
  choiceIn,
  type Fields,
  fieldsOf,
  listIn,
  numberIn,
  numberOrNullIn,
  objectIn,
  textIn,
  textOrNullIn,
} from './read-fields.ts'
import {
  type CatchUpStatus,
  type DeliveryCounts,
  type MinuteStatus,
  type PartitionStatus,
  type PluginStatus,
  type RebalanceStatus,
  type RecentError,
  type ReplicaStatus,
  STATUS_BYTES_MAX,
  STATUS_FORMAT,
} from './status-record.ts'

const LIST_MAX = 10_000
const PROBLEMS_MAX = 100
const FRAMES_MAX = 10

/** Reads a replica's record. Throws what it expected, also for one of a newer format. */
export function decodeStatus(value: Buffer): ReplicaStatus {
  const fields = parse(value)
  const [inFlight, memory, loop] = ['inFlight', 'memory', 'loopDelay'].map((name) =>
    objectIn(fields, name),
  ) as [Fields, Fields, Fields]
  return {
    replica: textIn(fields, 'replica'),
    version: textIn(fields, 'version'),
    startedMs: numberIn(fields, 'startedMs'),
    writtenMs: numberIn(fields, 'writtenMs'),
    intervalMs: numberIn(fields, 'intervalMs'),
    events: choiceIn(fields, 'events', ['on', 'off']),
    problems: listIn(fields, 'problems', PROBLEMS_MAX, (each) => ({
      check: textIn(each, 'check'),
      why: textIn(each, 'why'),
    })),
    inFlight: numbersIn(inFlight, ['deliveries', 'bytes', 'maxBytes']),
    memory: numbersIn(memory, ['residentBytes', 'heapBytes', 'heapMaxBytes']),
    loopDelay: numbersIn(loop, ['p99Ms', 'maxMs']),
    openDeadLetters: numberOrNullIn(fields, 'openDeadLetters'),
    partitions: listIn(fields, 'partitions', LIST_MAX, partitionOf),
    plugins: listIn(fields, 'plugins', LIST_MAX, pluginOf),
    errors: listIn(fields, 'errors', PROBLEMS_MAX, errorOf),
    rebalances: laterListIn(fields, 'rebalances', rebalanceOf),
    catchUps: laterListIn(fields, 'catchUps', catchUpOf),
    omitted: omittedIn(fields),
  }
}

export function decodeMinute(value: Buffer): MinuteStatus {
  const fields = parse(value)
  return {
    replica: textIn(fields, 'replica'),
    ...numbersIn(fields, ['minuteMs', 'oldestMs', 'loopDelayMs']),
    lag: numberOrNullIn(fields, 'lag'),
    // A large group has a million of these: written out, they are small.
    plugins: listIn(fields, 'plugins', LIST_MAX, (each) => ({
      slug: textIn(each, 'slug'),
      handled: numberIn(each, 'handled'),
      failed: numberIn(each, 'failed'),
    })),
  }
}

function parse(value: Buffer): Fields {
  if (value.length > STATUS_BYTES_MAX) throw new Error(`expected at most ${STATUS_BYTES_MAX} bytes`)
  const fields = fieldsOf(JSON.parse(value.toString()), 'the record')
  if (fields.v === STATUS_FORMAT) return fields
  const written = typeof fields.v === 'number' ? String(fields.v) : 'none'
  throw new Error(`v: expected format ${STATUS_FORMAT}, got ${written}`)
}

function partitionOf(fields: Fields): PartitionStatus {
  return {
    topic: textIn(fields, 'topic'),
    ...numbersIn(fields, ['partition', 'expected', 'watermark']),
    committed: numberOrNullIn(fields, 'committed'),
    lag: numberOrNullIn(fields, 'lag'),
    lagMs: numberOrNullIn(fields, 'lagMs'),
    parked: textOrNullIn(fields, 'parked'),
  }
}

function pluginOf(fields: Fields): PluginStatus {
  const recent = objectIn(fields, 'recent')
  return {
    slug: textIn(fields, 'slug'),
    state: choiceIn(fields, 'state', ['enabled', 'paused', 'disabled', 'events-off']),
    breaker: choiceIn(fields, 'breaker', ['open', 'closed']),
    waiting: numberIn(fields, 'waiting'),
    lanes: numbersIn(objectIn(fields, 'lanes'), ['queued', 'running', 'waiting']),
    oldest: oldestIn(fields),
    busiest: busiestIn(fields),
    total: countsIn(objectIn(fields, 'total')),
    recent: {
      ...countsIn(recent),
      overMs: numberIn(recent, 'overMs'),
      p50Ms: numberOrNullIn(recent, 'p50Ms'),
      p99Ms: numberOrNullIn(recent, 'p99Ms'),
    },
  }
}

function oldestIn(fields: Fields): PluginStatus['oldest'] {
  if (fields.oldest === null) return null
  const oldest = objectIn(fields, 'oldest')
  return {
    record: textIn(oldest, 'record'),
    ...numbersIn(oldest, ['ageMs', 'attempts']),
    why: textIn(oldest, 'why'),
  }
}

/** Earlier records of this format have none. */
function busiestIn(fields: Fields): PluginStatus['busiest'] {
  if (fields.busiest === null || fields.busiest === undefined) return null
  const busiest = objectIn(fields, 'busiest')
  return { record: textIn(busiest, 'record'), deliveries: numberIn(busiest, 'deliveries') }
}

function countsIn(fields: Fields): DeliveryCounts {
  return numbersIn(fields, [
    'processed',
    'skipped',
    'rejected',
    'duplicate',
    'deadLettered',
    'abandoned',
    'retries',
  ])
}

function errorOf(fields: Fields): RecentError {
  return {
    plugin: textIn(fields, 'plugin'),
    type: textIn(fields, 'type'),
    at: textOrNullIn(fields, 'at'),
    stack: framesIn(fields),
    what: textIn(fields, 'what'),
    ...numbersIn(fields, ['count', 'lastMs']),
  }
}

function framesIn({ stack }: Fields): string[] {
  if (!Array.isArray(stack)) return []
  return stack.slice(0, FRAMES_MAX).map((frame) => textIn({ frame }, 'frame'))
}

function rebalanceOf(fields: Fields): RebalanceStatus {
  return {
    ...numbersIn(fields, ['atMs', 'tookMs', 'partitions', 'leaving']),
    reason: textIn(fields, 'reason'),
  }
}

function catchUpOf(fields: Fields): CatchUpStatus {
  return {
    slug: textIn(fields, 'slug'),
    ...numbersIn(fields, ['generation', 'handled', 'deadLettered']),
    problem: textOrNullIn(fields, 'problem'),
  }
}

/** A list that earlier records of this format lack. */
function laterListIn<T>(fields: Fields, name: string, read: (each: Fields) => T): T[] {
  return fields[name] === undefined ? [] : listIn(fields, name, PROBLEMS_MAX, read)
}

function omittedIn(fields: Fields): ReplicaStatus['omitted'] {
  const names = ['partitions', 'plugins', 'errors'] as const
  const { omitted } = fields
  return Array.isArray(omitted) ? names.filter((name) => omitted.includes(name)) : []
}

function numbersIn<Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, numberIn(fields, name)])) as Record<
    Name,
    number
  >
}
