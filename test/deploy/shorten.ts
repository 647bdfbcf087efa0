const SECONDS = { s: 1, m: 60, h: 3_600 }

/** Divides every duration of the rules, so that a test takes minutes instead of hours. */
export function shorten(rules: string, factor: number): string {
  return rules
    .replace(/\bfor: (\d+)([smh])\b/g, (_, n, unit) => `for: ${divided(n, unit, factor)}`)
    .replace(/\[(\d+)([smh])\]/g, (_, n, unit) => `[${divided(n, unit, factor)}]`)
    .replace(/\boffset (\d+)([smh])\b/g, (_, n, unit) => `offset ${divided(n, unit, factor)}`)
}

function divided(number: string, unit: string, factor: number): string {
  const seconds = Number(number) * SECONDS[unit as keyof typeof SECONDS]
  return `${Math.ceil(seconds / factor)}s`
}
