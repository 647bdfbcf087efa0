import { certify } from '../../testing/certify/certify.ts'
import { exitWhenWritten, print } from '../shared/output.ts'
import { subjectOf } from './certify-subject.ts'
import { verdictText } from './certify-text.ts'

export interface CertifyOptions {
  probe?: string
  seed: number
}

/** Prints the verdict. Exits the process, with 1 unless the plugin is certified. */
export async function certifyPlugin(
  specifier: string,
  { probe, seed }: CertifyOptions,
): Promise<void> {
  const { slug, ...subject } = await subjectOf(specifier, probe, process.env)
  const verdict = await certify(subject, { seed })
  print(verdictText(subject.contract.kinds, slug, verdict, seed))
  process.exitCode = verdict.type === 'certified' ? 0 : 1
  exitWhenWritten()
}
