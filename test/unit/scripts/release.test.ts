import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { notesOf, versionProblems } from '../../../scripts/release/versions.ts'
import { REPO } from '../../support/clone.ts'

const { version } = JSON.parse(await readFile(join(REPO, 'package.json'), 'utf8'))
const FILES = [
  'package.json',
  'package-lock.json',
  'helm/Chart.yaml',
  'Dockerfile',
  'docker-compose.yml',
]

it('every file states the version of the package', async () => {
  expect(await versionProblems(REPO, version)).toEqual([])
})

it('says where another version stands', async () => {
  const root = await mkdtemp(join(tmpdir(), 'release-'))
  onTestFinished(() => rm(root, { recursive: true }))
  for (const file of FILES) await cp(join(REPO, file), join(root, file), { recursive: true })
  const chart = join(root, 'helm/Chart.yaml')
  await writeFile(
    chart,
    (await readFile(chart, 'utf8')).replace(/^appVersion: .*$/m, 'appVersion: 9.9.9'),
  )
  await writeFile(join(root, 'Dockerfile'), 'FROM scratch\n')
  expect(await versionProblems(root, version)).toEqual([
    `helm/Chart.yaml: appVersion: expected ${version}, got 9.9.9`,
    `Dockerfile: ARG VERSION: expected ${version}, got none`,
  ])
})

it('takes the notes of a version from the changelog', () => {
  const changelog =
    '# Changelog\n\n## Unreleased\n\n- c\n\n## 0.2.0\n\n- b\n\n### More\n\n## 0.1.0\n\n- a\n'
  expect(notesOf(changelog, '0.2.0')).toBe('- b\n\n### More\n')
  expect(notesOf(changelog, '0.1.0')).toBe('- a\n')
  for (const missing of ['0.3.0', '0.2', '0.2.00'])
    expect(() => notesOf(changelog, missing)).toThrow(`expected a section "## ${missing}"`)
})
