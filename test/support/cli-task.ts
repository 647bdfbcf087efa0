/** A command for a process that runs one after the other: `cli-process.ts`. */
export interface CliTask {
  args: readonly string[]
  env: NodeJS.ProcessEnv
  input: string | Buffer
}

/** How such a process answers; one that ended instead has answered by its exit code. */
export interface CliEnd {
  code: number
}

/** Follows what a command has written to stdout, and to stderr. */
export const END_OF_OUTPUT = '\0end of output\0'
