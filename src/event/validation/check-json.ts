import { fieldPath, type Problems } from './problem.ts'

/** How deep lists and objects may nest: far beyond honest data, far below the stack's end. */
export const JSON_DEPTH_MAX = 100

/** Whether the text survives UTF-8: half of a surrogate pair would be replaced. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed()
}

/** Checks that the value is JSON that Avro gives back unchanged. */
export function checkJson(value: unknown, path: string, problems: Problems, depth = 0): void {
  if (problems.isFull) return
  switch (typeof value) {
    case 'boolean':
      return
    case 'string':
      checkText(value, path, problems)
      return
    case 'number':
      if (!Number.isFinite(value)) problems.add(path, 'a finite number', value)
      return
    case 'object':
      if (value !== null) checkContainer(value, path, problems, depth)
      return
    default:
      problems.add(path, 'a JSON value', value)
  }
}

export function checkText(text: string, path: string, problems: Problems): void {
  if (!isWellFormed(text)) problems.add(path, 'well-formed Unicode', text)
}

/** Checks every value of a map and its keys. */
export function checkMembers(map: object, path: string, problems: Problems, depth: number): void {
  for (const [key, value] of Object.entries(map)) {
    if (!isWellFormed(key)) problems.add(path, 'keys of well-formed Unicode', key)
    // Most are plain values that are right: they need no path.
    if (!isGoodScalar(value)) checkJson(value, fieldPath(path, key), problems, depth + 1)
  }
}

function isGoodScalar(value: unknown): boolean {
  if (typeof value === 'string') return isWellFormed(value)
  return typeof value === 'boolean' || value === null || Number.isFinite(value)
}

function checkContainer(value: object, path: string, problems: Problems, depth: number): void {
  if (depth >= JSON_DEPTH_MAX) {
    problems.add(path, `at most ${JSON_DEPTH_MAX} levels of nesting`, value)
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) checkJson(value[i], `${path}[${i}]`, problems, depth + 1)
  } else if (isPlainObject(value)) {
    checkMembers(value, path, problems, depth)
  } else {
    problems.add(path, 'a JSON value', value)
  }
}

/** Neither an array nor an instance of a class, such as a Date, which JSON would turn into text. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
