import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  builtInContract,
  type ContractSchema,
  UNKNOWN_EVENT,
} from '../../src/avro/schema/contract-schemas.ts'
import type { ComplexSchema } from '../../src/avro/schema/schema.ts'
import { resolveJars } from '../../src/dev/stack/maven/maven.ts'
import type { Event } from '../../src/event/event.ts'
import type { JsonObject } from '../../src/event/json.ts'
import { parseTime } from '../../src/event/time/time.ts'
import { once, runProgram } from './java-program.ts'

/** One task for Java: write `fields`, or read `hex`. */
export interface JavaTask {
  schema: string
  fields?: JsonObject
  hex?: string
}

export interface JavaAnswer {
  fields?: JsonObject
  hex?: string
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const ARTIFACTS = ['org.apache.avro:avro:1.12.0', 'org.slf4j:slf4j-nop:2.0.13']

/** Why Java can't be used here; undefined if it can. */
export function javaMissing(): string | undefined {
  return ['java', 'mvn'].find((command) => {
    try {
      execFileSync(command, ['-version'], { stdio: 'ignore' })
      return false
    } catch {
      return true
    }
  })
}

/** Runs the tasks with Apache Avro for Java. Fetches it from Maven on the first call. */
export async function runJava(tasks: JavaTask[]): Promise<JavaAnswer[]> {
  const folder = join(root, '.inventory-events/jars')
  const fetch = () => resolveJars({ name: 'avro', artifacts: ARTIFACTS, folder })
  const jars = await once('jars-avro', fetch)
  const work = await mkdtemp(join(tmpdir(), 'inventory-events-java-'))
  try {
    const [input, output] = [join(work, 'in'), join(work, 'out')]
    await writeFile(input, lines(tasks))
    await runProgram('AvroVectors', jars, [input, output])
    const text = await readFile(output, 'utf8')
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JavaAnswer)
  } finally {
    await rm(work, { recursive: true })
  }
}

export function lines(values: unknown[]): string {
  return `${values.map((value) => JSON.stringify(value)).join('\n')}\n`
}

/** The fields of an event's record, in the format of the Java program. */
export function javaFields(event: Event): JsonObject {
  const { fullName } = builtInContract().of(event)
  const fields = { ...event, time: String(parseTime(event.time)) } as unknown as JsonObject
  if (fullName === UNKNOWN_EVENT) {
    const { id, kind, time } = fields
    return { id, kind, time, json: JSON.stringify(event) } as JsonObject
  }
  return Object.fromEntries(
    fieldNames(builtInContract().of(event))
      .filter((name) => fields[name] !== undefined)
      .map((name) => [name, fields[name]]),
  ) as JsonObject
}

function fieldNames({ schema }: ContractSchema): string[] {
  return ((schema as ComplexSchema).fields ?? []).map(({ name }) => name)
}
