import { formatTime, type Micros, parseTime } from '../../event/time.ts'
import {
  type AvroType,
  BytesType,
  DoubleType,
  FixedType,
  FloatType,
  LongType,
  type Reader,
  type Tap,
} from './avsc.ts'
import { readLong, writeLong } from './varint.ts'

/** Rejects NaN and infinities, which JSON cannot represent. */
export class FiniteDouble extends DoubleType {
  override _read(tap: Tap): number {
    return finite(tap.readDouble())
  }
}

export class FiniteFloat extends FloatType {
  override _read(tap: Tap): number {
    return finite(tap.readFloat())
  }
}

/** A number, or a string of digits if a number would not be exact. */
export class ExactLong extends LongType {
  override _read(tap: Tap): number | string {
    const value = readLong(tap)
    return typeof value === 'number' ? value : value.toString()
  }
}

/** Bytes as a base64 string. */
export class Base64Bytes extends BytesType {
  override _read(tap: Tap): string | undefined {
    return tap.readBytes()?.toString('base64')
  }
}

export class Base64Fixed extends FixedType {
  override _read(tap: Tap): string | undefined {
    return tap.readFixed(this.size)?.toString('base64')
  }
}

/** `timestamp-micros` as an RFC 3339 string in UTC. */
export class TimestampMicros extends LongType {
  override _read(tap: Tap): string {
    return timeText(readLong(tap))
  }

  override _write(tap: Tap, value: unknown): void {
    const micros = typeof value === 'string' ? parseTime(value) : undefined
    if (micros === undefined) throw new Error('a time is not RFC 3339')
    writeLong(tap, micros)
  }

  override _check(
    value: unknown,
    _flags?: unknown,
    hook?: (value: unknown, type: AvroType) => void,
  ) {
    const ok = typeof value === 'string' && parseTime(value) !== undefined
    if (!ok) hook?.(value, this)
    return ok
  }

  override _update(reader: Reader, writer: AvroType): void {
    if (writer instanceof LongType) reader._read = readerOf(this, writer)
  }

  /** Default values in a schema are numbers. */
  _copy(value: unknown): unknown {
    return typeof value === 'number' ? timeText(value) : value
  }
}

/** `timestamp-millis`, which foreign schemas use. */
export class TimestampMillis extends TimestampMicros {
  override _read(tap: Tap): string {
    const millis = readLong(tap)
    return timeText(typeof millis === 'number' ? BigInt(millis) * 1000n : millis * 1000n)
  }
}

/** The writer's unit is used; a long without a logical type is read in the reader's unit. */
function readerOf(ours: AvroType, writer: AvroType): (tap: Tap) => unknown {
  const type = writer instanceof TimestampMicros ? writer : ours
  return (tap) => type._read(tap)
}

function timeText(micros: Micros): string {
  const text = formatTime(micros)
  if (text === undefined) throw new Error(`a time of ${micros} µs is outside the years 1 to 9999`)
  return text
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new Error(`${value} is not a JSON number`)
  return value
}
