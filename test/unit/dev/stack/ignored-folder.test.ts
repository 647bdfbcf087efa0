import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { stackDown } from '../../../../src/dev/stack/stack.ts'

async function project() {
  const root = await mkdtemp(join(tmpdir(), 'project-'))
  onTestFinished(() => rm(root, { recursive: true }))
  execFileSync('git', ['init', '--quiet'], { cwd: root })
  const folder = join(root, '.inventory-events')
  const status = () =>
    execFileSync('git', ['status', '--porcelain', '-uall'], { cwd: root, encoding: 'utf8' })
  return { folder, status, down: () => stackDown({ folder, env: {}, say: () => {} }) }
}

it("Git ignores the stack's folder in a project that does not", async () => {
  const { folder, status, down } = await project()
  await mkdir(folder)
  await writeFile(join(folder, 'left'), '')
  expect(status()).toContain('left')
  await down()
  await down()
  expect(status()).toBe('')
})

it('leaves a .gitignore that is there as it is', async () => {
  const { folder, down } = await project()
  await mkdir(folder)
  await writeFile(join(folder, '.gitignore'), '!notes\n')
  await down()
  expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('!notes\n')
})
