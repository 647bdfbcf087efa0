import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { control, mutants } from './mutants.ts'

/** A mutant usually fails within a few hundred runs, the rarest after two thousand. The first failure ends the test. */
const RUNS = 8_000
const CONTROL_RUNS = 600

/** Runs the model test with one guard removed. */
function run(mutant: string, runs = RUNS): Promise<{ code: number | null; output: string }> {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '-c', 'test/model/mutant.config.ts']
  const env = { ...process.env, MUTANT: mutant, MODEL_RUNS: `${runs}` }
  const child = spawn(process.execPath, args, { env })
  let output = ''
  const collect = (text: Buffer) => {
    output += text
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

it('the model test passes without a mutation', async () => {
  const { code } = await run(control.name, CONTROL_RUNS)
  expect(code).toBe(0)
})

describe.concurrent('the model test fails when', () => {
  it.each(mutants.map(({ name }) => name))('%s', async (name) => {
    const { code, output } = await run(name)
    expect(output).not.toContain('MUTANT-NOT-FOUND')
    expect(output).toMatch(/1 failed|Unhandled/)
    expect(code).toBe(1)
  })
})
