import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type InputLine, readLines } from '../../../src/publish/read-lines.ts'

async function linesOf(chunks: (string | Buffer)[], maxLineBytes = 1_000): Promise<InputLine[]> {
  async function* source() {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  const lines: InputLine[] = []
  for await (const some of readLines(source(), maxLineBytes)) lines.push(...some)
  return lines
}

const texts = (lines: InputLine[]) => lines.map(({ bytes }) => bytes.toString())

describe('reading lines', () => {
  it('returns the same lines for any chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' '))),
        fc.array(fc.nat(20), { minLength: 1 }),
        async (wanted, cuts) => {
          const bytes = Buffer.from(wanted.map((line) => `${line}\n`).join(''))
          const chunks: Buffer[] = []
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const length = 1 + cuts[i % cuts.length]!
            chunks.push(bytes.subarray(at, at + length))
            at += length
          }
          const lines = await linesOf(chunks, 100_000)
          expect(lines.map(({ number }) => number)).toEqual(wanted.map((_, i) => i + 1))
          expect(
            Buffer.concat(lines.map(({ bytes }) => Buffer.concat([bytes, Buffer.from('\n')]))),
          ).toEqual(bytes)
        },
      ),
    )
  })

  it('returns a last line without a line break', async () => {
    expect(texts(await linesOf(['one\ntwo']))).toEqual(['one', 'two'])
  })

  it('returns no line for an empty input, and one for a lone line break', async () => {
    expect(await linesOf([])).toEqual([])
    expect(texts(await linesOf(['\n']))).toEqual([''])
  })

  it('returns all pieces of a line that is too long, and continues after it', async () => {
    const lines = await linesOf(['ab\n01', '234', '56789', '\ncd\n'], 5)
    expect(lines.map(({ type, number }) => [type, number])).toEqual([
      ['line', 1],
      ['part-of-long-line', 2],
      ['part-of-long-line', 2],
      ['line', 3],
    ])
    expect(texts(lines.slice(1, 3)).join('')).toBe('0123456789\n')
    expect(lines[1]).toMatchObject({ isFirst: true, isLast: false })
    expect(lines[2]).toMatchObject({ isFirst: false, isLast: true })
  })

  it('accepts a line of exactly the maximum length', async () => {
    expect(await linesOf(['12345\n'], 5)).toMatchObject([{ type: 'line', number: 1 }])
    expect(await linesOf(['12345'], 5)).toMatchObject([{ type: 'line', number: 1 }])
    expect(await linesOf(['123456'], 5)).toMatchObject([{ type: 'part-of-long-line' }])
  })
})
