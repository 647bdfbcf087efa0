import { type ChildProcess, spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from './command.ts'

const POLL_MS = 200

/** A running container. */
export class Container {
  output = ''
  readonly #child: ChildProcess
  readonly #ended: Promise<number | string>

  /** `command` runs the container until its program ends. */
  constructor([file, ...args]: readonly string[]) {
    this.#child = spawn(file!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const keep = (chunk: Buffer) => {
      this.output = `${this.output}${chunk}`.slice(-100_000)
    }
    this.#child.stdout!.on('data', keep)
    this.#child.stderr!.on('data', keep)
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(error.message))
      this.#child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
    })
  }

  /** Waits until the URL returns 200. Throws a Failure with the output if the program ends or on timeout. */
  async waitForOk(url: string, timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs
    for (;;) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
      if (answer?.ok) return
      if (this.hasEnded || Date.now() > until) throw this.#failure(`${url} does not return 200`)
      await delay(POLL_MS)
    }
  }

  /** The pid of the program itself, a descendant of the command. */
  async pid(): Promise<number> {
    for (let pid = this.#child.pid!; ; ) {
      const [next] = await childrenOf(pid)
      if (next === undefined) return pid
      pid = next
    }
  }

  /** Signals the program and returns how the container ended. Throws a Failure on timeout. */
  async end(signal: NodeJS.Signals, timeoutMs: number): Promise<number | string> {
    process.kill(await this.pid(), signal)
    return this.ended(timeoutMs)
  }

  get hasEnded(): boolean {
    return (this.#child.exitCode ?? this.#child.signalCode) !== null
  }

  /** How the program ended: its exit code. Throws a Failure on timeout. */
  async ended(timeoutMs: number): Promise<number | string> {
    const late = delay(timeoutMs, undefined, { ref: false })
    const ended = await Promise.race([this.#ended, late])
    if (ended === undefined) throw this.#failure('it does not end')
    return ended
  }

  /** Removes the container in any state. */
  async kill(): Promise<void> {
    if (this.hasEnded) return
    process.kill(await this.pid(), 'SIGKILL')
    await this.#ended
  }

  #failure(message: string): Failure {
    return new Failure(`${message}; it printed:\n${this.output.split('\n').slice(-20).join('\n')}`)
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  const read = (thread: string) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')
  const texts = await Promise.all(threads.map((thread) => read(thread).catch(() => '')))
  return texts.flatMap((text) => text.trim().split(' ').filter(Boolean).map(Number))
}
