import { ArrayType, type AvroType, MapType, type Tap, WrappedUnionType } from './avsc.ts'
import { readKey } from './map-key-cache.ts'

/** Rejects block counts that exceed the remaining bytes: avsc would loop or allocate by them. */
export class CheckedArray extends ArrayType {
  override _read(tap: Tap): unknown[] {
    const items: unknown[] = []
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      while (left-- > 0) {
        items.push(this.itemsType._read(tap))
        assertInside(tap)
      }
    }
    return items
  }

  override _skip(tap: Tap): void {
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      while (left-- > 0) {
        this.itemsType._skip(tap)
        assertInside(tap)
      }
    }
  }
}

/** As above; also keeps a `__proto__` key, which a plain assignment would drop. */
export class CheckedMap extends MapType {
  override _read(tap: Tap): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      while (left-- > 0) {
        const key = readKey(tap)
        assertInside(tap)
        put(map, key as string, this.valuesType._read(tap))
        assertInside(tap)
      }
    }
    return map
  }

  override _skip(tap: Tap): void {
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      while (left-- > 0) {
        tap.skipString()
        this.valuesType._skip(tap)
        assertInside(tap)
      }
    }
  }
}

/** Reads a union's value without the wrapper that avsc adds to ambiguous unions. */
export class PlainUnion extends WrappedUnionType {
  override _read(tap: Tap): unknown {
    return this.branch(tap)._read(tap)
  }

  override _skip(tap: Tap): void {
    this.branch(tap)._skip(tap)
  }

  private branch(tap: Tap): AvroType {
    const index = tap.readLong()
    const type = this.types?.[index]
    if (type === undefined) throw new Error(`a union has no branch ${index}`)
    return type
  }
}

/** Every item takes at least one byte; lists of nulls, the only exception, are not supported. */
export function blockCount(tap: Tap): number {
  let count = tap.readLong()
  if (count < 0) {
    count = -count
    tap.skipLong()
  }
  const bytesLeft = tap.buf.length - tap.pos
  if (count > bytesLeft) throw new Error(`${count} items announced, ${bytesLeft} bytes left`)
  return count
}

export function assertInside(tap: Tap): void {
  if (tap.pos > tap.buf.length) throw new Error('truncated')
}

function put(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') map[key] = value
  else
    Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true })
}
