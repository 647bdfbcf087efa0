import { useEffect, useState } from 'preact/hooks'
import { type ApiError, request } from '../api.ts'
import { shown } from '../text.ts'

const TYPED_MS = 400
const CHARS_MAX = 50_000

interface EditorProps {
  where: string
  plugin: string
  onChange(where: string): void
}

/** A filter as JSON. What is wrong with it is said while it is typed, by the code that plugins' filters go through. */
export function FilterEditor({ where, plugin, onChange }: EditorProps) {
  const [problems, setProblems] = useState<string[]>([])
  useEffect(() => {
    if (where.trim() === '') return setProblems([])
    const stopped = new AbortController()
    const timer = setTimeout(() => {
      request<{ problems: string[] }>('/api/filters/check', { where, plugin }, stopped.signal).then(
        (found) => setProblems(found.problems),
        (error: ApiError) => !stopped.signal.aborted && setProblems([error.message]),
      )
    }, TYPED_MS)
    return () => {
      stopped.abort()
      clearTimeout(timer)
    }
  }, [where, plugin])
  return (
    <>
      <label for="where">
        Filter, as <code>where</code> has it
      </label>
      <textarea
        id="where"
        class="mono"
        rows={8}
        spellcheck={false}
        maxLength={CHARS_MAX}
        value={where}
        placeholder={'{ "exact": { "data.kind": "inventory.moved" } }'}
        aria-invalid={problems.length > 0}
        aria-describedby="where-problems"
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <ul id="where-problems" class="problems" aria-live="polite">
        {problems.map((each) => (
          <li key={each} class="problem foreign">
            {shown(each)}
          </li>
        ))}
      </ul>
    </>
  )
}
