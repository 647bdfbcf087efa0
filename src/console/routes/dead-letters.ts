import { lettersExport, lettersPage, overviews } from '../dead-letters/letters-view.ts'
import { beginAction, type PreviewPorts, previewAction } from '../dead-letters/preview-action.ts'
import { type ReadLetterPorts, readLetter } from '../dead-letters/read-letter.ts'
import type { Call, Route } from '../http/route.ts'
import { Previews } from '../previews.ts'
import { LETTER_ACTIONS } from '../view/dead-letters/letter-preview.ts'
import type { LetterRow } from '../view/dead-letters/letter-row.ts'

export interface DeadLetterParts extends Omit<PreviewPorts, 'previews'>, ReadLetterPorts {
  version: string
}

/** The page of dead letters: what is open, one of them, and what is done about them. */
export function deadLetterRoutes(parts: DeadLetterParts): Route[] {
  const { letters, clock, groupId, version } = parts
  const ports = { ...parts, previews: new Previews<LetterRow>(clock) }
  const overview = overviews(letters, clock)
  const about = () => {
    return { group: groupId, version, atMs: clock.now(), isCurrent: letters.problem === undefined }
  }
  return [
    {
      ...{ method: 'GET', path: '/api/dead-letters', role: 'viewer' },
      summary: 'The open dead letters, in groups that failed in the same way, and over time',
      handle: ({ user }) => ({ ...about(), ...overview(user) }),
    },
    {
      ...{ method: 'GET', path: '/api/dead-letters/list', role: 'viewer' },
      summary:
        'A page of a hundred, newest first; by status, group, plugin, reason, kind, entity and id',
      handle: ({ query, user }) => ({ ...about(), ...lettersPage(letters, query, user) }),
    },
    {
      ...{ method: 'GET', path: '/api/dead-letters/export', role: 'reader' },
      summary: 'Those of a list, all of them, as a file: format=jsonl or csv',
      handle: ({ query, user }) => lettersExport(letters, query, user),
    },
    {
      ...{ method: 'GET', path: '/api/dead-letters/at/:place', role: 'viewer' },
      summary: 'One dead letter, with its event and what became of it, as far as the role may see',
      async handle({ params: { place = '' }, user }: Call) {
        return { ...about(), ...(await readLetter(ports, place, user)) }
      },
    },
    {
      ...{ method: 'POST', path: '/api/dead-letters/preview', role: 'operator' },
      summary: 'Names what an action would be done to: "places", or all that fit "filter"',
      body: ['action'],
      handle: ({ body, user }) => previewAction(ports, Object(body), user),
    },
    ...LETTER_ACTIONS.map(
      (action): Route => ({
        ...{ method: 'POST', path: `/api/dead-letters/${action}`, role: 'operator' },
        summary: `As "dead-letters ${action} PLACE... --why WHY --yes", with what a preview named; "count" is to be typed above a hundred`,
        body: ['token', 'why', 'count'],
        handle: ({ body, user }) => beginAction(ports, action, Object(body), user),
      }),
    ),
  ]
}
