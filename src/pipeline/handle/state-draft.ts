import type { JsonValue } from '../../event/json.ts'
import { checkJson } from '../../event/validation/check-json.ts'
import { formatProblem, Problems } from '../../event/validation/problem.ts'
import type { StateChange, StoredState } from '../../idempotency/staged.ts'
import type { LoadedState } from '../../plugin/loaded-plugin.ts'
import type { PluginState, StateOptions } from '../../plugin/plugin.ts'
import { deepFreeze } from '../../util/deep-freeze.ts'
import { messageOf } from '../../util/errors.ts'
import { Failure } from '../../util/failure/failure.ts'

interface Versioned {
  version: number
  value: JsonValue
}

/** What a handler sees as `context.state`: a draft, which counts only if the call ends well. */
export class StateDraft implements PluginState<JsonValue> {
  readonly #options: LoadedState
  readonly #key: Buffer
  readonly #stored: Versioned | undefined
  readonly #basis: string | undefined
  #value: JsonValue | undefined
  #change: StateChange | undefined
  #hasEnded = false

  constructor(options: LoadedState, key: Buffer, stored: StoredState | undefined) {
    this.#options = options
    this.#key = key
    this.#basis = stored?.revision
    this.#stored = stored?.text == null ? undefined : versionedOf(stored.text)
  }

  get value(): JsonValue {
    this.#requireRunning()
    this.#value ??= deepFreeze(this.#load())
    return this.#value
  }

  set(next: JsonValue | ((previous: JsonValue) => JsonValue)): void {
    this.#requireRunning()
    const value = typeof next === 'function' ? next(this.value) : next
    const problems = new Problems()
    checkJson(value, 'state', problems)
    if (problems.list.length > 0) {
      throw new TypeError(`context.state.set: ${problems.list.map(formatProblem).join('; ')}`)
    }
    const json = JSON.stringify(value)
    const bytes = Buffer.byteLength(json)
    const { version, maxBytes } = this.#options
    if (bytes > maxBytes) {
      const message = `context.state.set: expected at most ${maxBytes} bytes of JSON (STATE_MAX_BYTES), got ${bytes}`
      throw new RangeError(message)
    }
    const text = `{"version":${version},"value":${json}}`
    this.#change = { key: this.#key, text, basis: this.#basis }
    // As the next call would read it, so that a kept reference changes nothing.
    this.#value = deepFreeze(JSON.parse(json))
  }

  clear(): void {
    this.#requireRunning()
    this.#change = { key: this.#key, text: null, basis: this.#basis }
    this.#value = deepFreeze(this.#initial())
  }

  /** The call has ended: nothing can be set any more. Returns what was set. Static, so that handlers cannot call it. */
  static end(draft: StateDraft): StateChange | undefined {
    draft.#hasEnded = true
    return draft.#change
  }

  #load(): JsonValue {
    const { version, upgrade } = this.#options
    if (this.#stored === undefined) return this.#initial()
    if (this.#stored.version === version) return this.#stored.value
    if (upgrade !== undefined) return upgrade(this.#stored.value, this.#stored.version)
    const message = `context.state: expected state of version ${version}, or upgrade(), got version ${this.#stored.version}`
    throw new Error(message)
  }

  #initial(): JsonValue {
    // A value that is shared between entities would be shared when it is changed in place.
    return JSON.parse(JSON.stringify(this.#options.initial()))
  }

  #requireRunning(): void {
    if (this.#hasEnded) throw new Error('context.state: expected to be used before the call ends')
  }
}

/**
 * A newer version of the plugin has stored it: this one waits until it is replaced, as in a rollout.
 * Returns why.
 */
export function newerState(
  { version }: StateOptions,
  stored: StoredState | undefined,
): Failure | undefined {
  const found = /^\{"version":(\d+)/.exec(stored?.text ?? '')?.[1]
  if (found === undefined || Number(found) <= version) return undefined
  return new Failure(
    `the state is of version ${found}, and this plugin's of version ${version}: waiting for a newer plugin`,
  )
}

function versionedOf(text: string): Versioned {
  try {
    return JSON.parse(text) as Versioned
  } catch (error) {
    throw new Error(`context.state: cannot read the stored state: ${messageOf(error)}`)
  }
}
