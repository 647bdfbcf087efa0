import type { Call } from '../plugins/recorded.ts'

/** What the process of the service says. */
export type FromService =
  | { type: 'ready'; httpPort: number; gatewayPort: number }
  | { type: 'call'; call: Call }
  | { type: 'published'; id: number; error: string | undefined }
  | { type: 'failed'; error: string }

/** Events as JSON text, which keeps keys such as `__proto__`. */
export interface Publish {
  id: number
  events: string
}

export interface RunCommand {
  id: number
  args: string[]
}

/** What the process of the commands says. */
export interface CommandResult {
  id: number
  code: number
  stdout: string
  stderr: string
}
