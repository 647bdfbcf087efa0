/** The path of a value in an event: field names, map keys and 0-based list indexes. */
export type Path = readonly string[]

const INDEX = /^(0|[1-9]\d{0,8})$/

/** The list index that a segment stands for; undefined if it is not a whole number. */
export function placeIn(segment: string): number | undefined {
  return INDEX.test(segment) ? Number(segment) : undefined
}

/** The value at a path, or undefined if there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let inner = value
  for (const segment of path) inner = memberOf(inner, segment)
  return inner
}

function memberOf(value: unknown, segment: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    const index = placeIn(segment)
    return index === undefined ? undefined : value[index]
  }
  return Object.hasOwn(value, segment) ? (value as Record<string, unknown>)[segment] : undefined
}
