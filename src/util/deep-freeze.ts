/** Freezes the value and all that it holds. What is frozen already is taken to be so all through. */
export function deepFreeze<T>(value: T): T {
  freeze(value)
  return value
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) freeze(value[i])
  else for (const key of Object.keys(value)) freeze((value as Record<string, unknown>)[key])
}
