import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { disablePretenuring, NO_PRETENURING } from '../../../../src/kafka/patches/v8-pretenuring.ts'

it('sets an option that this Node has', () => {
  // An option that V8 does not have ends Node; set at run time, it would only be complained of.
  const run = (option: string) =>
    execFileSync(process.execPath, [`--${option}`, '--eval', ''], { stdio: 'pipe' })
  expect(() => run(`${NO_PRETENURING}-x`)).toThrow('bad option')
  run(NO_PRETENURING)
  disablePretenuring()
})
