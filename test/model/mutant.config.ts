import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { control, mutants } from './mutants.ts'

const mutant = [control, ...mutants].find(({ name }) => name === process.env.MUTANT)
if (mutant === undefined) throw new Error(`no mutant is named ${process.env.MUTANT}`)

/** Runs the model test against the source with one guard removed. */
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
  // A cached module could belong to another mutant.
  test: { include: ['test/model/delivery.test.ts'], fsModuleCache: false },
})
