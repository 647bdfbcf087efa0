/** A native call costs as much for a few bytes as for many, and more than this from here on. */
const BYTES_MAX = 12

const chars = String.fromCharCode

/** Decodes a few bytes of ASCII, which most ids and names are. Undefined if they are many, or not ASCII. */
export function shortText(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > BYTES_MAX) return undefined
  for (let i = start; i < end; i++) if (bytes[i]! > 0x7f) return undefined
  return textOf(bytes, start, end - start)
}

/** A call for each length, because one with a list of arguments takes several times as long. */
function textOf(b: Uint8Array, s: number, length: number): string {
  switch (length) {
    case 0:
      return ''
    case 1:
      return chars(b[s]!)
    case 2:
      return chars(b[s]!, b[s + 1]!)
    case 3:
      return chars(b[s]!, b[s + 1]!, b[s + 2]!)
    case 4:
      return chars(b[s]!, b[s + 1]!, b[s + 2]!, b[s + 3]!)
    case 5:
      return chars(b[s]!, b[s + 1]!, b[s + 2]!, b[s + 3]!, b[s + 4]!)
    case 6:
      return chars(b[s]!, b[s + 1]!, b[s + 2]!, b[s + 3]!, b[s + 4]!, b[s + 5]!)
    default:
      return longest(b, s, length)
  }
}

function longest(b: Uint8Array, s: number, length: number): string {
  const [a, c, d, e, f, g] = [b[s]!, b[s + 1]!, b[s + 2]!, b[s + 3]!, b[s + 4]!, b[s + 5]!]
  switch (length) {
    case 7:
      return chars(a, c, d, e, f, g, b[s + 6]!)
    case 8:
      return chars(a, c, d, e, f, g, b[s + 6]!, b[s + 7]!)
    case 9:
      return chars(a, c, d, e, f, g, b[s + 6]!, b[s + 7]!, b[s + 8]!)
    case 10:
      return chars(a, c, d, e, f, g, b[s + 6]!, b[s + 7]!, b[s + 8]!, b[s + 9]!)
    case 11:
      return chars(a, c, d, e, f, g, b[s + 6]!, b[s + 7]!, b[s + 8]!, b[s + 9]!, b[s + 10]!)
    default:
      return chars(
        a,
        c,
        d,
        e,
        f,
        g,
        b[s + 6]!,
        b[s + 7]!,
        b[s + 8]!,
        b[s + 9]!,
        b[s + 10]!,
        b[s + 11]!,
      )
  }
}
