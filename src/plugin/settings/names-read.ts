import type { Clock } from '../../util/clock.ts'
import type { StandardSchema } from './standard-schema.ts'
import { answerOf } from './validate-settings.ts'

export interface NamesRead {
  names: readonly string[]
  /** Whether the schema looked at every name that there is, so that none is unknown to it. */
  areAny: boolean
}

/** These are read to find out what kind of value it is. */
const NOT_SETTINGS = new Set(['then', ...Object.getOwnPropertyNames(Object.prototype)])

/**
 * The names that a schema reads of its input. Standard Schema has no list of them, so they are noted
 * as it reads. Never rejects: a schema that fails here, as one that clones its input does, may look
 * at any name.
 */
export async function namesRead(
  schema: StandardSchema,
  input: object,
  clock: Pick<Clock, 'after'>,
): Promise<NamesRead> {
  const names = new Set<string>()
  let areAny = false

  function note(name: PropertyKey): void {
    if (typeof name === 'string' && !NOT_SETTINGS.has(name)) names.add(name)
  }

  const watched = new Proxy(
    { ...input },
    {
      get(target, name) {
        note(name)
        return Reflect.get(target, name)
      },
      has(target, name) {
        note(name)
        return Reflect.has(target, name)
      },
      getOwnPropertyDescriptor(target, name) {
        note(name)
        return Reflect.getOwnPropertyDescriptor(target, name)
      },
      ownKeys(target) {
        areAny = true
        return Reflect.ownKeys(target)
      },
    },
  )
  const hasAnswered = await answerOf(schema, watched, clock).then(
    () => true,
    () => false,
  )
  return { names: [...names], areAny: areAny || !hasAnswered }
}
