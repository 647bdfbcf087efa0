import { until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'

export type Replica = ReturnType<typeof startReplica>

/** Runs `serve` or `gateway` as a child process. */
export function startReplica(
  command: 'serve' | 'gateway',
  settings: Record<string, string>,
  port: number,
) {
  const { child, output, ended } = startCli([command], { ...settings, HTTP_PORT: `${port}` })
  const kill = () => void child.kill('SIGKILL')
  // The replicas end with the test run, even if that is killed.
  for (const event of ['exit', 'disconnect']) process.once(event, kill)
  return {
    address: `127.0.0.1:${port}`,
    signal: (signal: NodeJS.Signals) => void child.kill(signal),
    async isReady(): Promise<void> {
      const ask = async () =>
        child.exitCode !== null || (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
      await until(ask, { what: `the replica on port ${port} to be ready`, timeoutMs: 120_000 })
      if (child.exitCode !== null) throw new Error(`it ended: ${output.err}${output.out}`)
    },
    async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      for (const event of ['exit', 'disconnect']) process.off(event, kill)
      child.kill(signal)
      await ended
    },
  }
}
