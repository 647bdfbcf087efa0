// Runs commands one after the other, each as if the process were its own: with its arguments, variables,
// input, exit code and listeners, and with plugins that are loaded anew. Only the sources stay loaded.
import { registerHooks } from 'node:module'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type CliEnd, type CliTask, END_OF_OUTPUT } from './cli-task.ts'

const BIN = fileURLToPath(new URL('../../bin/inventory-events.js', import.meta.url))
const SOURCES = new URL('../../src/', import.meta.url).href
const MAIN = new URL('cli/main.ts', SOURCES).href

/** How long handles may take to close after `process.exit`. What is open after it ends with the process. */
const CLOSING_MS = 200
/** Node's exit code where nothing is left to do, and the main module still waits. */
const NEVER_SETTLED = 13

/** Thrown by `process.exit`, after which nothing may run. */
class Exited extends Error {}

interface Run {
  count: number
  isSettled: boolean
  /** Set by `process.exit`. */
  exitCode?: number
  timer?: NodeJS.Timeout
}

const streams = [process.stdout, process.stderr]
const channel = process.channel!
const reallyExit = process.exit.bind(process)
let run: Run = { count: 0, isSettled: true }

process.exit = exit
process.on('uncaughtException', (error) => {
  if (error instanceof Exited) return
  console.error(error)
  reallyExit(1)
})
process.on('disconnect', () => reallyExit())
process.on('message', (task: CliTask) => void begin(task))
// Node emits it when nothing is left that keeps a process alive.
process.on('beforeExit', end)
const writers = streams.map(writeUntilExit)
const forgetListeners = [process, ...streams].map(rememberListeners)
registerHooks({
  resolve(specifier, context, next) {
    const { url, ...rest } = next(specifier, context)
    return { ...rest, url: isKept(url) ? url : `${url}?run=${run.count}` }
  },
})

function isKept(url: string): boolean {
  return !url.startsWith('file:') || url.startsWith(SOURCES) || url.includes('/node_modules/')
}

async function begin({ args, env, input }: CliTask): Promise<void> {
  run = { count: run.count + 1, isSettled: false }
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  process.argv = [process.execPath, BIN, ...args]
  process.exitCode = undefined
  Object.defineProperty(process, 'stdin', { value: inputOf(input), configurable: true })
  channel.unref()
  await import(`${MAIN}?run=${run.count}`)
  run.isSettled = true
}

function inputOf(input: CliTask['input']): Readable {
  return Readable.from(input.length === 0 ? [] : [Buffer.from(input)])
}

function exit(code?: number | string | null): never {
  if (run.exitCode === undefined) {
    const exitCode = Number(code ?? process.exitCode ?? 0)
    run.exitCode = exitCode
    run.timer = setTimeout(() => reallyExit(exitCode), CLOSING_MS).unref()
  }
  throw new Exited()
}

function end(): void {
  const { exitCode = process.exitCode, isSettled, timer } = run
  clearTimeout(timer)
  for (const forget of forgetListeners) forget()
  for (const write of writers) write(END_OF_OUTPUT)
  channel.ref()
  const answer: CliEnd = { code: Number(exitCode ?? (isSettled ? 0 : NEVER_SETTLED)) }
  process.send!(answer)
}

/** What would be written after `process.exit` is dropped. Returns how to write nevertheless. */
function writeUntilExit(stream: NodeJS.WriteStream): (text: string) => void {
  const write = stream.write.bind(stream)
  stream.write = ((...args: Parameters<typeof write>) =>
    run.exitCode !== undefined || write(...args)) as typeof stream.write
  return write
}

/** Returns how to remove the listeners that were added since. */
function rememberListeners(emitter: NodeJS.EventEmitter): () => void {
  const all = () =>
    emitter
      .eventNames()
      .flatMap((name) => emitter.rawListeners(name).map((each) => [name, each] as const))
  const own = new Set(all().map(([, each]) => each))
  return () => {
    for (const [name, each] of all()) if (!own.has(each)) emitter.off(name, each as () => void)
  }
}
