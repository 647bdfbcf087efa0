import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { disablePretenuring, NO_PRETENURING } from '../../../../src/kafka/patches/v8-pretenuring.ts'

it('sets an option that this version of Node knows', () => {
  // On the command line an unknown V8 option is an error; at run time it is only a warning.
  const run = (option: string) =>
    execFileSync(process.execPath, [`--${option}`, '--eval', ''], { stdio: 'pipe' })
  expect(() => run(`${NO_PRETENURING}-x`)).toThrow('bad option')
  run(NO_PRETENURING)
  disablePretenuring()
})
