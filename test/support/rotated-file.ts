import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A file of this test with a secret, which the test may replace or remove. */
export function rotatedFile(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'rotated-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'secret')
  const put = (content: string) => writeFileSync(path, content)
  put(text)
  return { path, put, remove: () => rmSync(path) }
}
