/** A part of a regular expression. */
export type Part =
  | { type: 'character'; isOne(character: string): boolean }
  | { type: 'sequence'; parts: Part[] }
  | { type: 'choice'; branches: Part[] }
  | { type: 'repeat'; part: Part; min: number; max: number; isLazy: boolean }
  | { type: 'look'; part: Part; isAhead: boolean; isNegative: boolean }
  | { type: 'place'; isAt(text: string, at: number): boolean }

const GROUP = /^\((?:\?(?:<?[=!]|:|<\w+>))?/
const QUANTIFIER = /^(?:[*+?]|\{\d+(?:,\d*)?\})/
const CHARACTER = /^(?:\[(?:[^\]\\]|\\.)*\]|\\[pP]\{\w+\}|\\u[\da-f]{4}|\\x[\da-f]{2}|\\.|.)/i

/** Reads what the source tree uses; throws at a back-reference, whose cost depends on its text. */
export function parseRegex({ source, flags }: RegExp): Part {
  const unitFlags = flags.replace(/[gy]/g, '')
  let rest = source

  function take(pattern: RegExp): string | undefined {
    const found = pattern.exec(rest)?.[0]
    rest = rest.slice(found?.length ?? 0)
    return found
  }

  function choice(): Part {
    const branches = [sequence()]
    while (take(/^\|/)) branches.push(sequence())
    return branches.length === 1 ? branches[0]! : { type: 'choice', branches }
  }

  function sequence(): Part {
    const parts: Part[] = []
    while (rest !== '' && !/^[|)]/.test(rest)) parts.push(repeated(single()))
    return { type: 'sequence', parts }
  }

  function repeated(part: Part): Part {
    const quantifier = take(QUANTIFIER)
    if (quantifier === undefined) return part
    return { type: 'repeat', part, ...boundsOf(quantifier), isLazy: take(/^\?/) !== undefined }
  }

  function single(): Part {
    const group = take(GROUP)
    if (group !== undefined) {
      const part = choice()
      take(/^\)/)
      return /[=!]/.test(group)
        ? { type: 'look', part, isAhead: !group.includes('<'), isNegative: group.endsWith('!') }
        : part
    }
    const place = take(/^(?:\^|\$|\\b|\\B)/)
    if (place !== undefined) return { type: 'place', isAt: placeTest(place, unitFlags) }
    const character = take(CHARACTER)!
    if (/^\\[1-9k]/.test(character)) throw new Error(`/${source}/ has a back-reference`)
    const only = new RegExp(`^${character}$`, unitFlags.replace('m', ''))
    return { type: 'character', isOne: (text) => only.test(text) }
  }

  return choice()
}

function boundsOf(quantifier: string): { min: number; max: number } {
  if (quantifier === '*') return { min: 0, max: Number.POSITIVE_INFINITY }
  if (quantifier === '+') return { min: 1, max: Number.POSITIVE_INFINITY }
  if (quantifier === '?') return { min: 0, max: 1 }
  const [min, max = min] = quantifier.slice(1, -1).split(',')
  return { min: Number(min), max: max === '' ? Number.POSITIVE_INFINITY : Number(max) }
}

function placeTest(place: string, flags: string): (text: string, at: number) => boolean {
  const pattern = new RegExp(place, `${flags}y`)
  return (text, at) => {
    pattern.lastIndex = at
    return pattern.test(text)
  }
}
