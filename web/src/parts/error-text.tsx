import type { LetterGroup } from '../api.ts'
import { Foreign } from './basics.tsx'

/** What is known of an error: its message where it may be seen, its type and place always. */
export function ErrorText({
  of: { errorType, errorAt, code, message },
}: {
  of: Pick<LetterGroup, 'errorType' | 'errorAt' | 'code' | 'message'>
}) {
  const parts = [errorType, code === null ? null : `(${code})`].filter((part) => part !== null)
  const head = parts.join(' ')
  if (message === null && head === '') return <>message not shown</>
  return (
    <>
      {head !== '' && <Foreign text={head} mono />}
      {message !== null && message !== '' && (
        <>
          {head !== '' && ': '}
          <Foreign text={message} />
        </>
      )}
      {errorAt !== null && (
        <span class="muted">
          {' '}
          <Foreign text={errorAt} mono />
        </span>
      )}
    </>
  )
}
