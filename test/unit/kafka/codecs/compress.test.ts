import zlib from 'node:zlib'
import { expect, it, vi } from 'vitest'

const load = () => {
  vi.resetModules()
  return import('../../../../src/kafka/codecs/compress.ts')
}

it('compresses what may be too large with zstd', async () => {
  const { bestCompressor, compressorOf } = await load()
  expect(bestCompressor.codec).toBe(4)
  expect(bestCompressor).toBe(compressorOf('zstd'))
})

it('compresses it with gzip where Node has no zstd', async () => {
  const { zstdCompress } = zlib
  try {
    zlib.zstdCompress = undefined as never
    const { bestCompressor, compressorOf } = await load()
    expect([bestCompressor.codec, compressorOf('zstd')]).toEqual([1, undefined])
    const body = Buffer.alloc(100_000, 'x')
    const compressed = await bestCompressor.compress(body)
    expect(compressed.length).toBeLessThan(2_000)
    expect(zlib.gunzipSync(compressed)).toEqual(body)
  } finally {
    zlib.zstdCompress = zstdCompress
  }
})
