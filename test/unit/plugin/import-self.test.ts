import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

const source = (path: string) => new URL(`../../../src/${path}`, import.meta.url).href

// Runs in a plain Node process, because the test runner has a module resolution of its own.
it('lets a plugin without node_modules import the modules of the service', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'import-self-')), 'plugin.ts')
  writeFileSync(file, "export * as theirs from 'inventory-events'")
  const script = `
    import { letPluginsImportUs } from '${source('plugin/import-self.ts')}'
    import * as ours from '${source('index.ts')}'
    letPluginsImportUs()
    letPluginsImportUs()
    const { theirs } = await import('${pathToFileURL(file).href}')
    console.log(theirs === ours && typeof ours.skip)
  `
  const args = ['--input-type=module', '--eval', script]
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('function\n')
})
