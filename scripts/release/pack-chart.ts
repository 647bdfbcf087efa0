import { cp, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../check-deploy/command.ts'

/** What npm gives to every file of a package: Helm packs the times of files, which each clone has others of. */
const FILE_TIME = new Date('1985-10-26T08:15:00Z')

/** Packs the chart, the same from the same files. Its name is apart from that of the npm package. */
export async function packChart(
  helm: string,
  { chart, version, target }: { chart: string; version: string; target: string },
): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'pack-chart-'))
  try {
    const copy = join(work, 'helm')
    await cp(chart, copy, { recursive: true })
    for (const path of await readdir(copy, { recursive: true })) {
      await utimes(join(copy, path), FILE_TIME, FILE_TIME)
    }
    await run([helm, 'package', copy, '--destination', work])
    const packed = join(target, `inventory-events-chart-${version}.tgz`)
    await cp(join(work, `inventory-events-${version}.tgz`), packed)
    return packed
  } finally {
    await rm(work, { recursive: true })
  }
}
