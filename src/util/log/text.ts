import { type Failure, failureLines } from '../failure/failure.ts'
import { foreignText } from '../text/foreign-text.ts'

const TIME_OF_DAY = [11, 24] as const

/** A JSON log line as a line to read at a terminal, with the stack of an error below it. */
export function logText(json: string): string {
  const { level, time, component, msg = '', err, ...fields } = JSON.parse(json)
  const head = [
    String(time).slice(...TIME_OF_DAY),
    String(level).toUpperCase().padEnd(5),
    ...(component === undefined ? [] : [`${shown(component)}:`]),
    foreignText(String(msg)),
    ...Object.entries(fields).map(([name, value]) => `${foreignText(name)}=${shown(value)}`),
  ]
  return [`${head.join(' ')}\n`, ...errorLines(err)].join('')
}

/** The error with its stack and causes, indented. */
function errorLines(err: Failure | undefined): string[] {
  return err === undefined ? [] : failureLines(err, '  ').map((line) => `${foreignText(line)}\n`)
}

/** Keys, reasons and errors are text of others, which a terminal must not obey. */
function shown(value: unknown): string {
  const isPlain = typeof value === 'string' && /^[^\s"=]+$/.test(value)
  return foreignText(isPlain ? value : JSON.stringify(value))
}
