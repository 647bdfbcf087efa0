/** The codes of all errors of this package. */
export type ErrorCode =
  | 'CONFIG_INVALID'
  | 'CONTROL_INVALID'
  | 'EVENT_INVALID'
  | 'PLUGIN_INVALID'
  | 'SCHEMA_INCOMPATIBLE'
  | 'REGISTRY_UNAVAILABLE'
  | 'REGISTRY_REFUSED'
  | 'KAFKA_UNAVAILABLE'
  | 'KAFKA_REFUSED'
  | 'TOPIC_MISSING'
  | 'CODEC_FAILED'
  | 'OFFSET_OUT_OF_RANGE'
  | 'STORE_UNAVAILABLE'
  | 'STORE_REFUSED'
  | 'PRODUCE_UNACKNOWLEDGED'
  | 'RECORD_UNDECODABLE'
  | 'HANDLER_TIMEOUT'
  | 'STACK_UNAVAILABLE'
  | 'DEMO_FAILED'
  | 'USAGE'

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
