/** A problem with one field of an event. */
export interface Problem {
  /** The field, such as `entity.quantity` or `sourceEntityIds[1]`; empty for the event itself. */
  path: string
  /** What was expected, such as `a number`. */
  expected: string
  /** The actual value, shortened, as JSON. */
  got: string
}

/** At most this many problems are reported per event. */
export const PROBLEMS_MAX = 20

const SHOWN_CHARS_MAX = 60
const PLAIN_KEY = /^[A-Za-z_$][\w$]*$/

/** Collects problems up to the limit. */
export class Problems {
  readonly list: Problem[] = []

  add(path: string, expected: string, got: unknown): void {
    if (this.isFull) return
    this.list.push({ path, expected, got: typeof got === 'string' ? quoted(got) : shown(got) })
  }

  get isFull(): boolean {
    return this.list.length >= PROBLEMS_MAX
  }
}

/** `entity.quantity: expected a number, got "12"`. */
export function formatProblem({ path, expected, got }: Problem): string {
  return `${path === '' ? 'event' : path}: expected ${expected}, got ${got}`
}

export function fieldPath(parent: string, field: string): string {
  if (!PLAIN_KEY.test(field)) return `${parent}[${quoted(field)}]`
  return parent === '' ? field : `${parent}.${field}`
}

function quoted(text: string): string {
  if (text.length <= SHOWN_CHARS_MAX) return JSON.stringify(text)
  return `${JSON.stringify(text.slice(0, SHOWN_CHARS_MAX))}… (${text.length} characters)`
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  return String(value)
}
