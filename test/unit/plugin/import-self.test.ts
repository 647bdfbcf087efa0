import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

const source = (path: string) => new URL(`../../../src/${path}`, import.meta.url).href

// Run by Node itself, because the test runner resolves modules in its own way.
it('gives a plugin with no node_modules beside it the modules that the service runs', () => {
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
