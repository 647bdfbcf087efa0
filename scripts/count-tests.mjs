// Sums the counts of all steps: names what was skipped and what failed, then prints the count alone on
// the last line. A step leaves `{ "passed": 1, "failed": ["a name: why"], "skipped": ["a name"] }` in the
// file of its name; one that left nothing counts as a failure.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

const LINES_TOLD = 20

const steps = process.argv.slice(2).map(countsIn)
const passed = steps.reduce((total, counts) => total + counts.passed, 0)
const skipped = steps.flatMap((counts) => counts.skipped)
const failed = steps.flatMap((counts) => counts.failed)

for (const name of skipped) console.log(`skipped: ${name}`)
for (const name of failed) console.log(`failed: ${beginningOf(name)}`)
console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`)
process.exitCode = passed > 0 && failed.length === 0 ? 0 : 1

function countsIn(file) {
  const step = basename(file, '.json')
  try {
    const { passed, failed, skipped } = JSON.parse(readFileSync(file, 'utf8'))
    if (!Number.isInteger(passed) || !isListed(failed) || !isListed(skipped)) throw new Error()
    return { passed, failed: failed.map((name) => `${step}: ${name}`), skipped }
  } catch {
    return { passed: 0, failed: [`${step}: left no counts`], skipped: [] }
  }
}

function isListed(names) {
  return Array.isArray(names) && names.every((name) => typeof name === 'string')
}

/** All of what was wrong is in the step's own output. */
function beginningOf(text) {
  return text.trimEnd().split('\n').slice(0, LINES_TOLD).join('\n  ')
}
