import { fieldPath, type Problems } from './problem.ts'

/** Maximum nesting of lists and objects: more than real data needs, far less than the stack allows. */
export const JSON_DEPTH_MAX = 100

/** Whether the text survives UTF-8 encoding: a lone surrogate would be replaced. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed()
}

/** Checks that the value is JSON that survives an Avro round trip unchanged. */
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

/** Checks the keys and values of a map. */
export function checkMembers(map: object, path: string, problems: Problems, depth: number): void {
  for (const [key, value] of Object.entries(map)) {
    if (!isWellFormed(key)) problems.add(path, 'keys of well-formed Unicode', key)
    // Most values are valid scalars, for which no path needs to be built.
    if (!isValidScalar(value)) checkJson(value, fieldPath(path, key), problems, depth + 1)
  }
}

function isValidScalar(value: unknown): boolean {
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

/** Not an array or a class instance, such as a Date, which JSON would turn into a string. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return true
  // That of another realm has no prototype either.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
