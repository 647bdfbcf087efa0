import { describe, expect, it } from 'vitest'
import { guards } from '../hazards/mutation/guards.ts'
import { failuresIn, problemOf } from '../hazards/mutation/verdict.ts'
import { filesUnder, textOf } from '../support/repo-files.ts'

describe('guards against hazards', () => {
  it('each occurs exactly once in its file', () => {
    const isOnce = ({ file, from }: { file: string; from: string }) =>
      textOf(file).split(from).length === 2
    expect(guards.filter((guard) => !isOnce(guard)).map(({ name }) => name)).toEqual([])
  })

  it('each has a unique name and changes the file', () => {
    expect(new Set(guards.map(({ name }) => name)).size).toBe(guards.length)
    expect(guards.filter(({ from, to }) => from === to)).toEqual([])
  })

  it('each test of a hazard has a guard, and each guard a test', () => {
    const files = filesUnder('test')
    const tested = new Set(guards.map(({ test }) => test))
    const hazards = files.filter((path) => /^test\/hazards\/.*\.test\.ts$/.test(path))
    expect(hazards.filter((path) => !tested.has(path))).toEqual([])
    expect([...tested].filter((path) => !files.includes(path))).toEqual([])
  })
})

describe('a guard is shown to be needed', () => {
  const plain = { fullName: 'a hazard plain kafkajs fails', status: 'passed' }
  const ours = { fullName: 'a hazard the service holds', status: 'failed' }
  const run = (cases: { fullName: string; status: string }[], output = '') =>
    problemOf({ exitCode: 1, output, report: { testResults: [{ assertionResults: cases }] } })

  it('if a case of the service fails, or the process does', () => {
    expect(run([plain, ours])).toBeUndefined()
    expect(run([ours])).toBeUndefined()
    expect(run([plain], 'Unhandled Errors')).toBeUndefined()
  })

  it('only then', () => {
    expect(run([plain, { ...ours, status: 'passed' }])).toBe('the test passed without it')
    expect(run([{ ...plain, status: 'failed' }, ours])).toMatch(/^did not pass/)
    expect(run([plain, ours], 'GUARD-NOT-FOUND x')).toMatch(/not in the file/)
    expect(problemOf({ exitCode: null, output: '', report: undefined })).toMatch(/no report/)
  })
})

it('a test of a hazard that fails is named with what was wrong', () => {
  const failed = { fullName: 'b', status: 'failed', failureMessages: ['expected 1 to be 2'] }
  const assertionResults = [{ fullName: 'a', status: 'passed' }, failed]
  expect(failuresIn({ testResults: [{ assertionResults }] })).toEqual(['b\nexpected 1 to be 2'])
})
