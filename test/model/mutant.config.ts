import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { control, mutants } from './mutants.ts'

const mutant = [control, ...mutants].find(({ name }) => name === process.env.MUTANT)
if (mutant === undefined) throw new Error(`no mutant is named ${process.env.MUTANT}`)

/** The model test against a code base in which one guard is missing. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      transform(code, id) {
        if (!id.endsWith(mutant.file)) return undefined
        if (code.split(mutant.from).length !== 2) throw new Error(`MUTANT-NOT-FOUND ${mutant.name}`)
        return code.replace(mutant.from, () => mutant.to)
      },
    },
  ],
  test: {
    include: ['test/model/delivery.test.ts'],
    // A slow machine is no mutant that was caught.
    testTimeout: 120_000,
    // A cached module would be that of another mutant.
    fsModuleCache: false,
  },
})
