import { expect, it } from 'vitest'
import { startCli } from '../../support/start-cli.ts'

it('a reader that closes the pipe, as head does, is no error', async () => {
  const { child, output, ended } = startCli(['config'])
  child.stdout.destroy()
  expect({ code: await ended, err: output.err }).toEqual({ code: 0, err: '' })
})

it('what fails still fails when the reader of its output is gone', async () => {
  const { child, ended } = startCli(['config'], { HTTP_PORT: 'no port' })
  child.stdout.destroy()
  child.stderr.destroy()
  expect(await ended).toBe(1)
})
