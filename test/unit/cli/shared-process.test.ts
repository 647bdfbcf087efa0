import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CliProcess } from '../../support/shared-cli.ts'
import { startCli } from '../../support/start-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'shared-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The process that the commands below share. */
const shared = new CliProcess()

function runShared(args: string[], settings: Record<string, string> = {}) {
  return shared.run({ args, input: '', env: { ...process.env, ...settings } })
}

async function runAlone(args: string[], settings: Record<string, string>) {
  const { child, output, ended } = startCli(args, settings)
  child.stdin.end()
  return { code: await ended, stdout: output.out, stderr: output.err }
}

function plugin(text: string): string {
  const file = join(folder, 'plugin.mjs')
  writeFileSync(file, text)
  return file
}

const good = (slug: string) => `export default { slug: '${slug}', title: 'x', processEvent() {} }`

describe('a command in a process that others use as well', () => {
  const rows: [string, string[], Record<string, string>][] = [
    ['prints', ['--version'], {}],
    ['reads variables', ['config'], { HTTP_PORT: '7' }],
    ['has none of those before', ['config'], {}],
    ['sets an exit code', ['config'], { HTTP_PORT: 'no port' }],
    ['is not known', ['confg'], {}],
    ['fails', ['topics', 'check'], { LOG_FORMAT: 'text' }],
    ['exits', ['plugins', 'check', 'none.mjs'], {}],
    ['succeeds after all that', ['--version'], {}],
  ]
  it.each(rows)('that %s ends as it does alone', async (_, args, settings) => {
    expect(await runShared(args, settings)).toEqual(await runAlone(args, settings))
    expect(shared.hasEnded).toBe(false)
  })

  it('reads plugins anew', async () => {
    for (const slug of ['first', 'second']) {
      const { stdout } = await runShared(['plugins', 'check', plugin(good(slug))])
      expect(stdout).toContain(`${slug}: ok (`)
    }
  })

  it('takes the process with it if it leaves something open', async () => {
    const open = `${good('busy')}\nsetInterval(() => undefined, 1_000)`
    const run = await runShared(['plugins', 'check', plugin(open)])
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('busy: ok (') })
    expect(shared.hasEnded).toBe(true)
  })
})
