import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type CliEnd, type CliTask, END_OF_OUTPUT } from './cli-task.ts'
import type { CliRun } from './run-cli.ts'

const FILE = fileURLToPath(new URL('./cli-process.ts', import.meta.url))

/** A command that takes longer hangs. */
const LIMIT_MS = 240_000

/** A process that runs commands one after the other. It ends with this one. */
export class CliProcess {
  hasEnded = false
  #child = spawn(process.execPath, [FILE], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  #output = { stdout: '', stderr: '' }
  #end: CliEnd | undefined
  #resolve: (run: CliRun) => void = () => undefined

  constructor() {
    for (const name of ['stdout', 'stderr'] as const) {
      this.#child[name]!.setEncoding('utf8').on('data', (text: string) => {
        this.#output[name] += text
        this.#answer()
      })
    }
    this.#child.on('message', (end: CliEnd) => {
      this.#end = end
      this.#answer()
    })
    // A command that leaves something open when it exits takes the process with it.
    this.#child.on('close', (code) => {
      this.hasEnded = true
      this.#resolve({ code, ...this.#output })
    })
  }

  /** Runs a command to its end. The next one may begin only then. One that hangs ends without a code. */
  run(task: CliTask): Promise<CliRun> {
    this.#output = { stdout: '', stderr: '' }
    this.#end = undefined
    this.#child.send(task)
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), LIMIT_MS)
    const end = new Promise<CliRun>((resolve) => {
      this.#resolve = resolve
    })
    return end.finally(() => clearTimeout(limit))
  }

  #answer(): void {
    const { stdout, stderr } = this.#output
    if (!this.#end || ![stdout, stderr].every((text) => text.endsWith(END_OF_OUTPUT))) return
    const printed = (text: string) => text.slice(0, -END_OF_OUTPUT.length)
    this.#resolve({ ...this.#end, stdout: printed(stdout), stderr: printed(stderr) })
  }
}
