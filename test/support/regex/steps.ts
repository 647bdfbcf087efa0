import { type Part, parseRegex } from './parse.ts'

/** How many steps a backtracking engine takes to look for the expression in the text; ends at `max`. */
function stepsIn(regex: RegExp, root: Part, text: string, max: number): number {
  let steps = 0

  function match(part: Part, at: number, next: (at: number) => boolean): boolean {
    // As if it were found, which ends the search.
    if (++steps >= max) return true
    switch (part.type) {
      case 'character':
        return at < text.length && part.isOne(text[at]!) && next(at + 1)
      case 'place':
        return part.isAt(text, at) && next(at)
      case 'choice':
        return part.branches.some((branch) => match(branch, at, next))
      case 'sequence':
        return matchAll(part.parts, 0, at, next)
      case 'repeat':
        return repeat(part, 0, at, next)
      case 'look':
        return looks(part, at) !== part.isNegative && next(at)
    }
  }

  function matchAll(parts: Part[], index: number, at: number, next: (at: number) => boolean) {
    const part = parts[index]
    if (part === undefined) return next(at)
    return match(part, at, (end): boolean => matchAll(parts, index + 1, end, next))
  }

  function repeat(
    part: Part & { type: 'repeat' },
    done: number,
    at: number,
    next: (at: number) => boolean,
  ): boolean {
    const again = () =>
      done < part.max &&
      match(
        part.part,
        at,
        (end) => (end > at || done < part.min) && repeat(part, done + 1, end, next),
      )
    if (done < part.min) return again()
    return part.isLazy ? next(at) || again() : again() || next(at)
  }

  function looks({ part, isAhead }: Part & { type: 'look' }, at: number): boolean {
    if (isAhead) return match(part, at, () => true)
    return Array.from({ length: at + 1 }, (_, back) => at - back).some((start) =>
      match(part, start, (end) => end === at),
    )
  }

  for (let at = 0; at <= text.length && steps < max; at++) {
    let end = -1
    const isFound = match(root, at, (where) => {
      end = where
      return true
    })
    if (isFound && !regex.global) break
    if (isFound) at = Math.max(at, end - 1)
  }
  return steps
}

const SHORT = 20
/** What most expressions do not match at the end of a text. */
const TAILS = ['\0', '\n\0']
/** Far above what a linear expression takes for the short text. */
const STEPS_MAX = 20_000
/** Of four times the text: in proportion it is four, with the square of the length sixteen. */
const GROWTH_MAX = 7

/** A text for which the steps grow faster than its length, among many that a part of it is pumped into. */
export function slowText(regex: RegExp): string | undefined {
  const root = parseRegex(regex)
  if (!hasLongRepeat(root)) return undefined
  const letters = lettersOf(root)
  const pairs = letters.flatMap((first) => letters.map((second) => first + second))
  const heads = examplesOf(root, letters).flatMap((example) =>
    Array.from(example, (_, end) => example.slice(0, end + 1)),
  )
  for (const head of new Set(['', ...heads])) {
    for (const word of new Set([...letters, ...pairs, ...(head === '' ? heads : [])])) {
      for (const tail of TAILS) {
        const stepsOf = (count: number, max: number) =>
          stepsIn(regex, root, `${head}${word.repeat(count)}${tail}`, max)
        const most = GROWTH_MAX * stepsOf(SHORT, STEPS_MAX)
        if (stepsOf(4 * SHORT, most) >= most) return `${head}${word.repeat(SHORT)}${tail}`
      }
    }
  }
  return undefined
}

function hasLongRepeat(part: Part): boolean {
  if (part.type === 'repeat') return part.max > SHORT || hasLongRepeat(part.part)
  return childrenOf(part).some(hasLongRepeat)
}

/** One character of each sort that the expression tells apart. */
function lettersOf(root: Part): string[] {
  const tests = charactersOf(root)
  const bySort = new Map<string, string>()
  for (let code = 1; code < 256; code++) {
    const letter = String.fromCharCode(code)
    const sort = tests.map(({ isOne }) => (isOne(letter) ? '1' : '0')).join('')
    if (!bySort.has(sort)) bySort.set(sort, letter)
  }
  return [...bySort.values()]
}

type Character = Part & { type: 'character' }

function charactersOf(part: Part): Character[] {
  return part.type === 'character' ? [part] : childrenOf(part).flatMap(charactersOf)
}

function childrenOf(part: Part): Part[] {
  switch (part.type) {
    case 'sequence':
      return part.parts
    case 'choice':
      return part.branches
    case 'repeat':
    case 'look':
      return [part.part]
    case 'character':
    case 'place':
      return []
  }
}

/** One text that each branch at the top takes. */
function examplesOf(root: Part, letters: string[]): string[] {
  const branches = root.type === 'choice' ? root.branches : [root]
  return branches.map((branch) => exampleOf(branch, letters))
}

/** Each repetition is as short as it may be, though not left out. */
function exampleOf(part: Part, letters: string[]): string {
  switch (part.type) {
    case 'character':
      return letters.find(part.isOne) ?? ''
    case 'sequence':
      return part.parts.map((each) => exampleOf(each, letters)).join('')
    case 'choice':
      return exampleOf(part.branches[0]!, letters)
    case 'repeat':
      return exampleOf(part.part, letters).repeat(Math.min(Math.max(part.min, 1), SHORT))
    case 'look':
    case 'place':
      return ''
  }
}
