import { kafkajsErrorTypes } from './kafkajs-internals.ts'

/** Those newer than kafkajs. https://kafka.apache.org/protocol#protocol_error_codes */
const NEWER_TYPES: ReadonlyMap<number, string> = new Map([
  [90, 'PRODUCER_FENCED'],
  [100, 'UNKNOWN_TOPIC_ID'],
  [103, 'INCONSISTENT_TOPIC_ID'],
  [106, 'FETCH_SESSION_TOPIC_ID_ERROR'],
])

/** An error code in a broker's response. `type` is its name in Kafka's protocol. */
export class BrokerError extends Error {
  readonly type: string
  readonly code: number

  /** `doing` is what failed, in the form `join the group`; `hint` what to do about it. */
  constructor(code: number, doing: string, hint?: string) {
    const type = errorTypeOf(code)
    super(`cannot ${doing}: ${type}${hint === undefined ? '' : `: ${hint}`}`)
    this.name = 'BrokerError'
    this.type = type
    this.code = code
  }
}

/** The name of an error code: `NONE` for 0. */
export function errorTypeOf(code: number): string {
  if (code === 0) return 'NONE'
  return NEWER_TYPES.get(code) ?? kafkajsErrorTypes().get(code) ?? `ERROR_CODE_${code}`
}

/** Throws a BrokerError unless the code is 0. `doing` is what failed, in the form `join the group`. */
export function requireNoError(code: number, doing: string): void {
  if (code !== 0) throw new BrokerError(code, doing)
}
