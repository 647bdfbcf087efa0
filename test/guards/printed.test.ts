import { expect, it } from 'vitest'
import { filesUnder, textOf } from '../support/repo-files.ts'

/** These know what a terminal obeys, and what else is on it. */
const WRITERS = ['src/cli/shared/output.ts', 'src/cli/shared/progress-line.ts']

it('commands print through functions that escape what a terminal would obey', () => {
  const isWriting = (path: string) =>
    /\bconsole\.\w+\(|\bprocess\.std(out|err)\.write\(/.test(textOf(path))
  const files = filesUnder('src').filter(isWriting)
  expect(files).toContain(WRITERS[0])
  expect(files.filter((path) => path.startsWith('src/cli/') && !WRITERS.includes(path))).toEqual([])
})
