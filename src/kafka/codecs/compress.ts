import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Config } from '../../config/settings.ts'

export type Compression = Config['KAFKA_COMPRESSION']

/** Compresses the records of a batch. */
export interface Compressor {
  /** Its number in a batch's attributes. https://kafka.apache.org/documentation/#recordbatch */
  codec: number
  compress(body: Buffer): Promise<Buffer>
}

/** More effort than this takes more time than it saves bytes. */
const GZIP_LEVEL = 1

const gzip: Compressor = {
  codec: 1,
  compress: (body) => promisify<Buffer, object, Buffer>(zlib.gzip)(body, { level: GZIP_LEVEL }),
}

export const zstd: Compressor = {
  codec: 4,
  compress: (body) => promisify(zlib.zstdCompress)(body),
}

export function compressorOf(compression: Compression): Compressor | undefined {
  switch (compression) {
    case 'none':
      return undefined
    case 'gzip':
      return gzip
    case 'zstd':
      return zstd
  }
}
