// Reads vitest's JSON report: names what was skipped, then prints the count alone on the last line.
import { readFileSync } from 'node:fs'

const files = readReport(process.argv[2])
const tests = files.flatMap((file) => file.assertionResults)
const skipped = tests.filter((test) => !['passed', 'failed'].includes(test.status))
const passed = tests.filter((test) => test.status === 'passed').length
// A file that cannot even be loaded has no tests to fail, so it counts as one itself.
const broken = files.filter(
  (file) =>
    file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
)
const failed = tests.filter((test) => test.status === 'failed').length + broken.length

for (const file of broken) console.log(`failed to run: ${file.name}`)
for (const test of skipped) console.log(`skipped: ${test.fullName}`)
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
process.exitCode = passed > 0 && failed === 0 ? 0 : 1

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults ?? noReport()
  } catch {
    return noReport()
  }
}

function noReport() {
  console.log('the tests left no report')
  return []
}
