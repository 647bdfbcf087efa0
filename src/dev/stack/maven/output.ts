import type { CommandResult } from '../process/run-command.ts'

/** Parses Maven's `Downloading from central: https://…/x.jar` and `Downloaded from …`. */
export function fetchedFile(line: string): { name: string; done: boolean } | undefined {
  const match = /(Download(?:ing|ed)) from \S+ \S*\/([^/\s]+\.(?:jar|tar\.gz))/.exec(line)
  return match ? { name: match[2]!, done: match[1] === 'Downloaded' } : undefined
}

const MAX_ERROR_LINES = 5

/** Describes why Maven failed and what the user can do about it. */
export function explainMavenFailure(name: string, result: CommandResult): string {
  const what = `cannot fetch ${name} with Maven`
  if (result.exit === 'missing') return `${what}: "mvn" is not on the PATH; install Maven`
  if (result.exit === 'timeout') return `${what}: the download took too long; is the network slow?`
  if (result.exit === 'signal') return `${what}: it was interrupted`
  if (/JAVA_HOME/.test(result.output)) return `${what}: Java is not found; install Java 17 or newer`
  const errors = result.output.split('\n').filter((line) => /^\[ERROR\] +\S/.test(line))
  const shown = errors.length > 0 ? errors.slice(0, MAX_ERROR_LINES) : [lastLine(result.output)]
  return `${what} (exit ${result.exit}): ${shown.map((line) => line.replace(/^\[ERROR\] +/, '')).join('\n  ')}`
}

function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1) ?? ''
}
