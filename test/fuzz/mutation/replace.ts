// Loaded before a process under test: replaces the text of one source file, as MUTANT says.
import { registerHooks } from 'node:module'
import { mutants } from './mutants.ts'

const mutant = mutants.find(({ name }) => name === process.env.MUTANT)
if (mutant === undefined) throw new Error(`no mutant is called ${process.env.MUTANT}`)
const { file, from, to } = mutant

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith(`/${file}`)) return loaded
    const source = String(loaded.source)
    if (source.split(from).length !== 2) throw new Error(`${file} does not have its snippet once`)
    return { ...loaded, source: source.replace(from, () => to) }
  },
})
