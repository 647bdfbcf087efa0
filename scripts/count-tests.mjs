// Sums the counts of all steps: names what was skipped, then prints the count alone on the last line.
// A step leaves `{ "passed": 1, "failed": 0, "skipped": ["a name"] }` in the file of its name; one that
// left nothing counts as a failure.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

const steps = process.argv.slice(2).map(countsIn)
const sum = (name) => steps.reduce((total, counts) => total + counts[name], 0)
const skipped = steps.flatMap((counts) => counts.skipped)
const [passed, failed] = [sum('passed'), sum('failed')]

for (const name of skipped) console.log(`skipped: ${name}`)
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
process.exitCode = passed > 0 && failed === 0 ? 0 : 1

function countsIn(file) {
  try {
    const { passed, failed, skipped } = JSON.parse(readFileSync(file, 'utf8'))
    if (!Number.isInteger(passed + failed) || !Array.isArray(skipped)) throw new Error()
    return { passed, failed, skipped }
  } catch {
    console.log(`${basename(file, '.json')} left no counts`)
    return { passed: 0, failed: 1, skipped: [] }
  }
}
