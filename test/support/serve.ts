import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { until } from './stack.ts'
import { startCli } from './start-cli.ts'

export interface LogLine {
  level: string
  msg: string
  [field: string]: unknown
}

/** The line that `serve` or `gateway` logs on stderr when it fails; nothing else may stand there. */
export function failureIn(stderr: string): LogLine & { problems?: string[] } {
  return JSON.parse(stderr)
}

/** Starts `inventory-events serve` as a process of its own. */
export function serve(settings: Record<string, string>) {
  const { child, output, ended } = startCli(['serve'], settings)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })

  function log(): LogLine[] {
    const lines = output.out.split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as LogLine)
  }

  /** Waits for the first log line with this message. */
  function logged(msg: string): Promise<LogLine> {
    const find = () => {
      if (child.exitCode !== null && !output.out.includes(msg)) {
        throw new Error(`it ended with ${child.exitCode}: ${output.err}`)
      }
      return log().find((line) => line.msg === msg)
    }
    return until(find, { what: `the log to say "${msg}"` })
  }

  return {
    pid: child.pid,
    ended,
    output,
    log,
    logged,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
  }
}

/** The path of a plugin under `test/support`. */
export function pluginPath(name: string): string {
  return fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
}
