import type { Launched, LaunchOptions } from './process/launch.ts'

/** Where and how the parts of one stack are started. */
export interface Site {
  /** The stack's data, logs and settings. */
  folder: string
  /** What Maven fetched, shared by all stacks. */
  jarsFolder: string
  /** The argument that every process of this stack carries. */
  mark: string
  say: (message: string) => void
  launch: (options: Pick<LaunchOptions, 'name' | 'args' | 'env'>) => Launched
  signal: AbortSignal | undefined
}
