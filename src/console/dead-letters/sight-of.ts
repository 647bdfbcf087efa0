import { mayDo, type User } from '../access/roles.ts'
import { seesContent } from '../access/visible-fields.ts'
import type { Sight } from '../view/dead-letters/letters.ts'

/** What a role may see of dead letters. */
export function sightOf(user: User): Sight {
  return { hasIds: mayDo(user, 'reader'), hasMessages: seesContent(user) }
}
