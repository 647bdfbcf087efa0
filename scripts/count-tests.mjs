// Sums the counts of all steps: lists skipped and failed tests, then prints the counts on the last
// line. Each step writes `{ "passed": 1, "failed": ["a name: why"], "skipped": ["a name"] }` to the
// file of its name; a missing file counts as a failure.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

const LINES_SHOWN = 20

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
    return { passed: 0, failed: [`${step}: wrote no counts`], skipped: [] }
  }
}

function isListed(names) {
  return Array.isArray(names) && names.every((name) => typeof name === 'string')
}

/** The step's own output has the full text. */
function beginningOf(text) {
  return text.trimEnd().split('\n').slice(0, LINES_SHOWN).join('\n  ')
}
