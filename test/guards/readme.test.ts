import { expect, it } from 'vitest'
import { withTables } from '../../scripts/readme-tables.ts'
import { README } from '../support/readme.ts'
import { filesUnder, textOf } from '../support/repo-files.ts'

const { version } = JSON.parse(textOf('package.json'))

it('the README has the commands, settings and metrics of the code ("npm run readme")', () => {
  expect(README).toBe(withTables(README))
})

it('the README names every example plugin', () => {
  const names = filesUnder('examples/plugins').map((path) => path.split('/').at(-1)!)
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !README.includes(`\`${name}\``))).toEqual([])
})

it('the README links to existing files', () => {
  const links = [...README.matchAll(/\]\(([^)#]+)/g)].map(([, target]) => target!)
  const files = filesUnder()
  expect(links.filter((link) => !link.startsWith('http') && !files.includes(link))).toEqual([])
})

it('the README installs, and the changelog describes, the version of the package', () => {
  const packed = [...README.matchAll(/inventory-events-(.+)\.tgz/g)].map(([, each]) => each)
  expect([...new Set(packed)]).toEqual([version])
  expect(textOf('CHANGELOG.md')).toContain(`\n## ${version}\n`)
})
