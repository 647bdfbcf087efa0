import { types } from 'node:util'
import { InventoryEventsError } from '../errors.ts'
import { Failure, type FailureDetails, limited } from './failure.ts'
import { type Frame, framesOf, isOwnSource, likelyPlace } from './frames.ts'

/** Of an error with its causes and theirs, how many are kept, and how deep. */
const FAILURES_MAX = 8
const DEPTH_MAX = 5
const FRAMES_MAX = 10
const WORD_MAX = 100

/**
 * The failure that a thrown value stands for. Plugins throw anything, so no property is trusted: a
 * getter may throw, causes may form a circle. Only the properties named here are read: others may hold
 * what the event holds.
 */
export function failureOf(thrown: unknown): Failure {
  return new Reading().failure(thrown, 0)
}

class Reading {
  #seen = new Set<object>()
  #left = FAILURES_MAX

  failure(thrown: unknown, depth: number): Failure {
    this.#left -= 1
    if (!isObject(thrown)) return new Failure(primitiveText(thrown))
    this.#seen.add(thrown)
    try {
      return thrown instanceof Failure ? thrown : this.#read(thrown, depth)
    } catch {
      return new Failure('something that cannot be read was thrown')
    }
  }

  #read(thrown: object, depth: number): Failure {
    const type = typeOf(thrown)
    const code = codeOf(thrown)
    const text = textOf(thrown, 'message')
    const causes = depth < DEPTH_MAX ? this.#causes(thrown, type, depth) : {}
    const untold = code === undefined ? `${type} without a message` : `${type} with code ${code}`
    return new Failure(text ?? untold, {
      type,
      ...(code !== undefined && { code }),
      ...(thrown instanceof InventoryEventsError && ownDetails(thrown)),
      ...placesOf(thrown, text ?? ''),
      ...causes,
    })
  }

  #causes(thrown: object, type: string, depth: number): FailureDetails {
    const [cause] = this.#failures([read(thrown, 'cause')], depth)
    const errors = this.#failures(errorsOf(thrown, type), depth)
    return { ...(cause && { cause }), ...(errors.length > 0 && { errors }) }
  }

  #failures(thrown: readonly unknown[], depth: number): Failure[] {
    return thrown.flatMap((each) => {
      const isKnown = each === undefined || (isObject(each) && this.#seen.has(each))
      return isKnown || this.#left <= 0 ? [] : [this.failure(each, depth + 1)]
    })
  }
}

/** Those that an error stands for. `using` hides the error of a block behind one of its clean-up. */
function errorsOf(thrown: object, type: string): readonly unknown[] {
  if (type === 'SuppressedError') return [read(thrown, 'error'), read(thrown, 'suppressed')]
  const all = read(thrown, 'errors')
  return Array.isArray(all) ? all.slice(0, FAILURES_MAX) : []
}

function primitiveText(thrown: unknown): string {
  if (thrown === undefined || thrown === null) return `${thrown} was thrown`
  return String(thrown) || 'an empty text was thrown'
}

/** The class of an error, or of what was thrown in its place. */
function typeOf(thrown: object): string {
  const name = isError(thrown) ? textOf(thrown, 'name') : undefined
  if (name !== undefined && name !== 'Error') return limited(name, WORD_MAX)
  const ofClass = read(thrown, 'constructor')
  const className = typeof ofClass === 'function' ? textOf(ofClass, 'name') : undefined
  return limited(className ?? name ?? 'Object', WORD_MAX)
}

function codeOf(thrown: object): string | number | undefined {
  const code = read(thrown, 'code')
  if (typeof code === 'number') return code
  return typeof code === 'string' && code !== '' ? limited(code, WORD_MAX) : undefined
}

function ownDetails({ plugin, record, retryable }: InventoryEventsError): FailureDetails {
  return {
    ...(plugin !== undefined && { plugin }),
    ...(record !== undefined && { record }),
    retryable,
  }
}

function placesOf(thrown: object, message: string): FailureDetails {
  const frames = framesOf(textOf(thrown, 'stack') ?? '', message)
  if (frames.length === 0) return {}
  const at = likelyPlace(frames)
  const lines = frames.slice(0, Math.min(FRAMES_MAX, callerOf(frames))).map(({ text }) => text)
  return { ...(at !== undefined && { at }), stack: lines.join('\n') }
}

/** How many frames lie above the service's own that called a plugin; all, if they are all its own. */
function callerOf(frames: readonly Frame[]): number {
  const last = frames.findLastIndex(({ path }) => !isOwnSource(path) && !path.startsWith('node:'))
  return last === -1 ? frames.length : last + 1
}

/** Those of another realm (`node:vm`) are no instances of this one's `Error`. */
function isError(thrown: object): boolean {
  return types.isNativeError(thrown) || thrown instanceof Error
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function textOf(from: object, name: string): string | undefined {
  const value = read(from, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function read(from: object, name: string): unknown {
  try {
    return Reflect.get(from, name)
  } catch {
    return undefined
  }
}
