import { ApiError, problemOf } from './api.ts'

/** Reads an answer that comes line by line, each of them JSON. Rejects with ApiError, and when `signal` aborts. */
export async function readLines<Line>(
  path: string,
  signal: AbortSignal,
  onLines: (lines: Line[]) => void,
  body?: object,
): Promise<void> {
  const response = await fetch(path, {
    ...{ signal, credentials: 'same-origin' },
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  }).catch((error) => {
    if (signal.aborted) throw error
    throw new ApiError(0, 'The console does not answer.')
  })
  if (!response.ok || response.body === null) throw await problemOf(response)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0) onLines(lines.map((line) => JSON.parse(line)))
  }
}
