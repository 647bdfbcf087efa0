#!/usr/bin/env node
// Runs the compiled program in an installed package, and the sources in a clone of the repository.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const sources = at('../src/cli/main.ts')

const isNewEnough = runsTypeScript(process.versions.node)

if (!existsSync(sources)) {
  if (isNewEnough) await import('../dist/cli/main.js')
  else oldNode()
} else if (!existsSync(at('../node_modules/commander'))) missingPackages()
else if (isNewEnough) await import('../src/cli/main.ts')
else runWith(at('../node_modules/node/bin/node'))

/** Node runs TypeScript without a flag from 22.18 and 23.6 on. */
function runsTypeScript(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
}

function oldNode() {
  const { node } = process.versions
  console.error(`error: Node ${node} is too old: inventory-events needs 22.18 or newer`)
  process.exitCode = 1
}

function missingPackages() {
  console.error(`error: dependencies are not installed; run "npm ci" in ${at('..')}`)
  process.exitCode = 1
}

/** Runs the Node of the devDependencies. Signals are passed on to it, and its exit code back. */
function runWith(node) {
  if (!existsSync(node)) return missingPackages()
  const args = [at('../scripts/with-parent.mjs'), ...process.argv.slice(2)]
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  // A terminal sends Ctrl-C to the child as well. Passing it on would make it a second signal.
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  process.on('SIGINT', () => hasTerminal || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`error: cannot start ${node}: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}
