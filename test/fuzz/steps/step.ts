import type { VariantName } from '../variants/variants.ts'

/** How a record is written around its value. All of it is plain JSON, bytes are in base64. */
export interface Dressing {
  partition: 0 | 1
  /** `null` is a record without a key. */
  key: string | null
  headers: [name: string, value: string | null][]
  /** Milliseconds since 1970 as Kafka takes them; undefined is now. */
  timestamp?: string
  codec: 'none' | 'gzip' | 'snappy' | 'zstd'
}

/** An event before its id is made unique: `id` becomes a part of it. */
export type EventJson = Readonly<Record<string, unknown>> & { readonly id: string }

export type BadBody =
  | 'unclosed string'
  | 'backslashes'
  | 'lines of x'
  | 'huge entity id'
  | 'huge id'
  | 'deep lists'
  | 'not UTF-8'
  | 'nothing'
  | 'wrong signature'
  | 'wrong type'
  | 'missing field'
  | 'inexact integer'
  | 'unknown path'

export type Slug = 'every' | 'moves' | 'flaky'

export type SwitchName = 'pause' | 'resume' | 'enable' | 'disable'

export type Command =
  | { name: 'events'; state: 'on' | 'off' }
  | { name: 'events status' | 'states' | 'check' | 'letters' | 'replay' }
  | { name: 'explain'; of: 'last' | 'nothing' }

/** One step of a case. Its fate is known from it and from the steps before it. */
export type Step =
  | { do: 'publish'; events: EventJson[] }
  | { do: 'post'; form: 'json' | 'list' | 'lines'; events: EventJson[] }
  | { do: 'refuse'; body: BadBody; size: number }
  | { do: 'record'; event: EventJson; dressing: Dressing }
  | { do: 'garbage'; bytes: string; framed: boolean; dressing: Dressing }
  | { do: 'change'; event: EventJson; at: number; byte: number; dressing: Dressing }
  | { do: 'tombstone'; dressing: Dressing }
  | { do: 'variant'; variant: VariantName; text: string; number: number; dressing: Dressing }
  | { do: 'twice'; how: 'same' | 'upgraded' | 'conflict'; event: EventJson; dressing: Dressing }
  | { do: 'bomb'; nulls: number; dressing: Dressing }
  | { do: 'too large for a letter'; bytes: number; dressing: Dressing }
  | { do: 'forge'; header: string; value: string }
  | { do: 'switch'; slug: Slug | 'nobody'; names: SwitchName[] }
  | { do: 'command'; command: Command }

export type Case = readonly Step[]
