/** The known name that `name` most likely stands for, or undefined. */
export function didYouMean(name: string, known: readonly string[]): string | undefined {
  const allowed = allowedDistance(name)
  // Names may be foreign and long, and each comparison takes as many steps as both have letters.
  const similar = known.filter(({ length }) => Math.abs(length - name.length) <= allowed)
  const best = nearest(name, similar)
  const isNear = best !== undefined && editDistance(name, best) <= allowed
  return isNear ? best : undefined
}

/** The known name closest to `name`, at any distance; undefined if `known` is empty. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  return best?.candidate
}

/** Short names are often close to each other by accident. */
function allowedDistance(name: string): number {
  return name.length < 6 ? 1 : 2
}

/** Levenshtein distance: characters to insert, remove or replace to turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1))
    }
    previous = current
  }
  return previous[b.length]!
}
