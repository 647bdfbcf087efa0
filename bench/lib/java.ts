import { execFile } from 'node:child_process'
import { delimiter, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { resolveJars } from '../../src/dev/stack/maven/maven.ts'
import { java } from '../../src/dev/stack/process/launch.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import { messageOf } from '../../src/util/errors.ts'
import { runProgram } from './child.ts'
import type { Sample } from './meter.ts'

export interface JavaProgram {
  /** The main class, in `bench/java`. */
  main: string
  /** Its jars, in Maven's notation. */
  artifacts: readonly string[]
}

/** Runs the program with these arguments. */
export type JavaContender = (args: readonly string[]) => Promise<Sample>

const SOURCES = fileURLToPath(new URL('../java/', import.meta.url))
const LOCAL = resolve('.inventory-events')

/** Compiles a program, or says why it can't run on this machine. */
export async function findJava({
  main,
  artifacts,
}: JavaProgram): Promise<JavaContender | { missing: string }> {
  try {
    const folder = jarsFolder(LOCAL)
    const jars = await resolveJars({ name: `bench-${main}`, artifacts: [...artifacts], folder })
    const classes = resolve(LOCAL, 'java', `bench-${main}`)
    const classpath = [classes, ...jars].join(delimiter)
    const compiler = ['-m', 'jdk.compiler/com.sun.tools.javac.Main', '-sourcepath', SOURCES]
    const compile = [...compiler, '-cp', classpath, '-d', classes, `${SOURCES}${main}.java`]
    await promisify(execFile)(java(), compile)
    return (args) => runProgram<Sample>(java(), ['-Xmx1g', '-cp', classpath, main, ...args])
  } catch (error) {
    return { missing: messageOf(error).split('\n')[0] ?? 'unknown' }
  }
}
