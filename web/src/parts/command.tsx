import { useState } from 'preact/hooks'
import { shown } from '../text.ts'

/** A command to copy. */
export function Command({ line }: { line: string }) {
  const [said, setSaid] = useState('')
  const copy = () =>
    navigator.clipboard.writeText(line).then(
      () => setSaid('copied'),
      () => setSaid('the browser does not allow it'),
    )
  return (
    <p class="command">
      <code>{shown(line)}</code>{' '}
      <button type="button" class="quiet" onClick={copy}>
        Copy
      </button>{' '}
      <span class="muted" role="status">
        {said}
      </span>
    </p>
  )
}
