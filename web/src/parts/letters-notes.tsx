import type { LettersState } from '../api.ts'
import { numberText, shown } from '../text.ts'

/** What is not shown, and why. */
export function LettersNotes({ state }: { state: LettersState }) {
  const { isRead, problem, leftOut } = state
  const notes = [
    ...(problem === null ? [] : [`The dead letters can’t be read: ${shown(problem)}.`]),
    ...(isRead || problem !== null ? [] : ['The dead letters are still being read.']),
    ...(leftOut === 0
      ? []
      : [`There is no room for ${numberText(leftOut)} more: “dead-letters list” has them.`]),
  ]
  if (notes.length === 0) return null
  return (
    <div class="banner" role="status">
      {notes.map((note) => (
        <div key={note}>{note}</div>
      ))}
    </div>
  )
}
