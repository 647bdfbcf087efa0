import { expect, it } from 'vitest'
import { mutants } from '../fuzz/mutation/mutants.ts'
import { textOf } from '../support/repo-files.ts'

it('each fix that the fuzzer must miss occurs exactly once in its file', () => {
  const isOnce = ({ file, from }: { file: string; from: string }) =>
    textOf(file).split(from).length === 2
  expect(mutants.filter((mutant) => !isOnce(mutant)).map(({ name }) => name)).toEqual([])
})

it('each has a name of its own and changes its file', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  expect(mutants.filter(({ from, to }) => from === to)).toEqual([])
})
