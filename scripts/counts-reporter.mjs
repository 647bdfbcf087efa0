// A reporter of vitest that leaves what scripts/count-tests.mjs sums, in the file that COUNTS_FILE names.
import { writeFileSync } from 'node:fs'

export default class CountsReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const inState = (state) => tests.filter((test) => test.result().state === state)
    // A file that can't even be loaded has no tests to fail, so it counts as one itself.
    const broken = modules.filter((module) => !module.ok() && !hasFailed(module))
    for (const module of broken) console.log(`failed to run: ${module.moduleId}`)
    // What fails once on a busy machine may be run again; it is told of, so that nobody overlooks it.
    const flaky = tests.filter((test) => test.diagnostic()?.flaky)
    for (const test of flaky) console.log(`passed at a second try only: ${test.fullName}`)
    const passed = inState('passed').length
    const skipped = inState('skipped').map((test) => test.fullName)
    const unfinished = tests.filter((test) => !['passed', 'skipped'].includes(test.result().state))
    const failed = [
      ...unfinished.map((test) => told(test.fullName, test.result().errors)),
      ...broken.map((module) => told(module.moduleId, module.errors())),
      ...unhandledErrors.map((error) => told('outside of every test', [error])),
    ]
    writeFileSync(process.env.COUNTS_FILE, JSON.stringify({ passed, failed, skipped }))
  }
}

function told(name, errors = []) {
  return [name, ...errors.map(({ message, stack }) => stack ?? message)].join('\n')
}

function hasFailed(module) {
  return [...module.children.allTests()].some((test) => test.result().state === 'failed')
}
