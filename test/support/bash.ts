import { spawn } from 'node:child_process'

interface BashOptions {
  cwd: string
  env: NodeJS.ProcessEnv
  timeoutMs: number
}

/** Runs a script, and stops what it leaves running. Returns stdout and stderr together. */
export function bash(script: string, { cwd, env, timeoutMs }: BashOptions) {
  const child = spawn('bash', ['-s'], { cwd, detached: true, env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  child.stdin.end(`exec 2>&1\n${script}`)
  // Processes that a failed script leaves behind are in the script's own process group.
  const end = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // No process is left.
    }
  }
  const timer = setTimeout(end, timeoutMs)
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('exit', end)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output })
    })
  })
}
