/** Every code of our errors and when it is raised; docs/reference/errors.md is generated from it. */
export const errorCodes = {
  CONFIG_INVALID:
    'Raised when a setting is missing, malformed or contradicts another one; the message names every one that is.',
  CONTROL_INVALID:
    'Raised when a record of the control topic cannot be read, usually because a newer version wrote it.',
  EVENT_INVALID:
    'Raised when an event to publish does not match its kind; the message names each field, what is expected and what it holds.',
  PLUGIN_INVALID:
    'Raised when a plugin or a filter cannot be loaded or has a wrong option; the message names the file or slug.',
  PLUGIN_START_FAILED:
    "Raised when a plugin's start throws or takes longer than 30 s; the message names the plugin. The plugins before it have been stopped.",
  SCHEMA_INVALID:
    'Raised when a file of EVENT_SCHEMAS is no Avro record of a kind; the message names each file, the place in it and what was expected.',
  SCHEMA_INCOMPATIBLE:
    'Raised when a registered schema is missing or not compatible, or when this version cannot read the schema that wrote a record.',
  REGISTRY_UNAVAILABLE:
    'Raised when the schema registry cannot be reached, times out or returns a server error.',
  REGISTRY_REFUSED:
    'Raised when the schema registry rejects a request: a failed login, or an id or subject that it does not have.',
  KAFKA_UNAVAILABLE: 'Raised when no broker replies in time.',
  KAFKA_REFUSED:
    'Raised when Kafka rejects the login, the user lacks a right, or the group refuses the member; the message says which.',
  TOPIC_MISSING:
    'Raised when a topic that is needed does not exist, or is not visible to this user.',
  CODEC_FAILED:
    'Raised when a compressed batch cannot be decompressed; the message names the codec.',
  INTAKE_FAILED:
    'Raised when a defect of the service keeps it from taking a record; the message names the record. The process ends, and nothing is committed past the record.',
  SPLIT_UNFINISHED:
    'Raised when a group starts whose `group split` has not ended: it would begin with some of its marks only.',
  OFFSET_OUT_OF_RANGE:
    'Raised when the next offset is no longer in the log and OUT_OF_RANGE is fail.',
  STORE_UNAVAILABLE:
    'Raised when Postgres, as the idempotency store, cannot be used at the moment.',
  STORE_REFUSED:
    'Raised when the user of Postgres lacks a right; the message holds the SQL that a privileged user has to run.',
  PRODUCE_UNACKNOWLEDGED:
    'Raised when Kafka did not acknowledge a record with an offset: too large, too many sends waiting, or no leader for its partition.',
  RECORD_UNDECODABLE: 'Raised when the bytes of a record are not an event.',
  RECORD_TOO_LARGE:
    'Raised when a decoded event would take more memory than MAX_IN_FLIGHT_BYTES allows, or a decompressed batch more than 128 MiB.',
  HANDLER_TIMEOUT:
    'Raised when a handler has not returned HANDLER_GRACE_MS after its signal aborted; the process then ends.',
  STACK_UNAVAILABLE: 'Raised when the local Kafka and registry cannot be started or stopped.',
  DEMO_FAILED: 'Raised when the demo is interrupted or does not reach its end in time.',
  USAGE: 'Raised when the arguments of a command are wrong.',
} as const

/** So that callers and logs can act on `code` and `retryable`. */
export type ErrorCode = keyof typeof errorCodes

export interface ErrorDetails {
  /** Whether the same call may succeed later without any change. */
  retryable?: boolean
  /** The slug of the plugin, or the file that it should be loaded from. */
  plugin?: string
  /** `topic/partition@offset` of the record. */
  record?: string
  cause?: unknown
}

/** The base of all errors of this package. Callers and logs can act on `code` and `retryable`. */
export class InventoryEventsError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly plugin: string | undefined
  readonly record: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'InventoryEventsError'
    this.code = code
    this.retryable = details.retryable ?? false
    this.plugin = details.plugin
    this.record = details.record
  }
}

/** The message of a thrown value: plugins may throw anything, including `undefined`. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name
  try {
    return String(error)
  } catch {
    return 'an error that cannot be printed'
  }
}
