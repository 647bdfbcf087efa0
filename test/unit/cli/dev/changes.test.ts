import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { filesIn, nextChange } from '../../../../src/cli/dev/changes.ts'
import { systemClock as clock } from '../../../../src/util/clock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'changes-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, text = ''): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

async function changeAfter(change: () => void): Promise<string | undefined> {
  const files = await filesIn(folder)
  change()
  const result = await nextChange(folder, files, { clock, signal: new AbortController().signal })
  expect(result?.files).toEqual(await filesIn(folder))
  return result?.changed
}

it('sees plugins, what they import, and sample events; no packages and nothing hidden', async () => {
  const seen = ['plugins/a.ts', 'lib/deep/b.mjs', 'events.jsonl', 'package.json']
  const unseen = ['node_modules/x/index.js', 'lib/node_modules/y.js', '.git/z.ts', 'README.md']
  for (const path of [...seen, ...unseen]) write(path)
  expect([...(await filesIn(folder)).keys()].sort()).toEqual(seen.sort())
})

it('notices a file that is changed, new or gone', async () => {
  write('plugins/a.ts', '1')
  expect(await changeAfter(() => write('plugins/a.ts', '22'))).toBe('plugins/a.ts')
  expect(await changeAfter(() => write('plugins/b.ts'))).toBe('plugins/b.ts')
  expect(await changeAfter(() => rmSync(join(folder, 'plugins/a.ts')))).toBe('plugins/a.ts')
})

it('ends without a change when it is interrupted', async () => {
  const interrupted = new AbortController()
  const options = { clock, signal: interrupted.signal }
  const waiting = nextChange(folder, await filesIn(folder), options)
  interrupted.abort()
  expect(await waiting).toBeUndefined()
})
