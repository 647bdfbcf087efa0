import { describe, expect, it } from 'vitest'
import { settingNames, settings } from '../../src/config/settings.ts'
import type { Setting } from '../../src/config/value-types.ts'
import { textOf } from '../support/repo-files.ts'

const PAGE = 'docs/security.md'
const [, section = ''] =
  /^## Replacing secrets without a restart\n(.*?)^## /ms.exec(textOf(PAGE)) ?? []
const rows = section.split('\n').filter((line) => line.startsWith('|'))
const secrets = settingNames.filter((name) => (settings[name] as Setting).secret)

describe.each(secrets)('%s', (name) => {
  it('can be in a file, from which it is read again', () => {
    expect((settings[name] as Setting).file).toBe(true)
  })

  it(`is in the table of ${PAGE} of what is replaced without a restart`, () => {
    expect(rows.filter((row) => row.includes(`\`${name}\``))).toHaveLength(1)
  })
})
