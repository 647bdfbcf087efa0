import { java } from './process/launch.ts'
import { runCommand } from './process/run-command.ts'

/** Long enough for a Java process on a busy machine; only a hang should reach it. */
const PROBE_MS = 60_000
const LIMIT = `${PROBE_MS / 1000} s`
const OLDEST_JAVA = 17

/** Whether this machine can run the stack: `undefined`, or why it can't. */
export interface Probes {
  docker(): Promise<string | undefined>
  maven(): Promise<string | undefined>
}

export const machineProbes: Probes = {
  async docker() {
    const info = await runCommand('docker', ['info', '--format', '{{.ServerVersion}}'], {
      timeoutMs: PROBE_MS,
    })
    if (info.exit === 'missing') return '"docker" is not on the PATH'
    if (info.exit === 'timeout') return `its engine did not respond in ${LIMIT}`
    if (info.exit !== 0) return `its engine does not respond: ${lastLine(info.output)}`
    return (await composeCommand()) ? undefined : 'its compose plugin is not installed'
  },
  async maven() {
    const version = await runCommand(java(), ['-version'], { timeoutMs: PROBE_MS })
    if (version.exit === 'missing') return '"java" is not on the PATH'
    if (version.exit === 'timeout') return `"java -version" did not end in ${LIMIT}`
    if (version.exit !== 0) return `"java -version" failed: ${lastLine(version.output)}`
    const major = javaMajor(version.output)
    if (major < OLDEST_JAVA)
      return `Java is too old: expected ${OLDEST_JAVA} or newer, got ${major}`
    const maven = await runCommand('mvn', ['--version'], { timeoutMs: PROBE_MS })
    if (maven.exit === 'missing') return '"mvn" is not on the PATH'
    if (maven.exit === 'timeout') return `"mvn --version" did not end in ${LIMIT}`
    return maven.exit === 0 ? undefined : `"mvn --version" failed: ${lastLine(maven.output)}`
  },
}

/** `docker compose`, or on older machines `docker-compose`. */
export async function composeCommand(): Promise<string[] | undefined> {
  for (const command of [['docker', 'compose'], ['docker-compose']]) {
    const args = [...command.slice(1), 'version']
    const { exit } = await runCommand(command[0]!, args, { timeoutMs: PROBE_MS })
    if (exit === 0) return command
  }
  return undefined
}

/** `openjdk version "17.0.15"` is 17; `java version "1.8.0_402"` is 8. */
export function javaMajor(output: string): number {
  const match = /version "(?:1\.)?(\d+)/.exec(output)
  return match ? Number(match[1]) : 0
}

function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1)?.trim() ?? ''
}
