/** Where a value is in an event: names of fields, keys of maps, places in lists counted from 0. */
export type Path = readonly string[]

const PLACE = /^(0|[1-9]\d{0,8})$/

/** A place in a list, or undefined where the segment is no whole number. */
export function placeIn(segment: string): number | undefined {
  return PLACE.test(segment) ? Number(segment) : undefined
}

/** The value at a path, or undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let inner = value
  for (const segment of path) inner = memberOf(inner, segment)
  return inner
}

function memberOf(value: unknown, segment: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    const place = placeIn(segment)
    return place === undefined ? undefined : value[place]
  }
  return Object.hasOwn(value, segment) ? (value as Record<string, unknown>)[segment] : undefined
}
