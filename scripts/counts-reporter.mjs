// A vitest reporter that writes the counts for scripts/count-tests.mjs to the file in COUNTS_FILE.
import { writeFileSync } from 'node:fs'

export default class CountsReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const inState = (state) => tests.filter((test) => test.result().state === state)
    // A test file that can't be loaded has no tests that could fail, so it counts as one failure.
    const broken = modules.filter((module) => !module.ok() && !hasFailed(module))
    for (const module of broken) console.log(`failed to run: ${module.moduleId}`)
    // Tests that fail once on a busy machine are retried; print them, so that flaky tests are noticed.
    const flaky = tests.filter((test) => test.diagnostic()?.flaky)
    for (const test of flaky) console.log(`passed only on a retry: ${test.fullName}`)
    const passed = inState('passed').length
    const skipped = inState('skipped').map((test) => test.fullName)
    const unfinished = tests.filter((test) => !['passed', 'skipped'].includes(test.result().state))
    const failed = [
      ...unfinished.map((test) => describe(test.fullName, test.result().errors)),
      ...broken.map((module) => describe(module.moduleId, module.errors())),
      ...unhandledErrors.map((error) => describe('outside of every test', [error])),
    ]
    writeFileSync(process.env.COUNTS_FILE, JSON.stringify({ passed, failed, skipped }))
  }
}

function describe(name, errors = []) {
  return [name, ...errors.map(({ message, stack }) => stack ?? message)].join('\n')
}

function hasFailed(module) {
  return [...module.children.allTests()].some((test) => test.result().state === 'failed')
}
