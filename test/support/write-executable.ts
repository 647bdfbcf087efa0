import { execFileSync } from 'node:child_process'

/**
 * Writes a program that a test runs. Another process writes it: a file that this one has open is
 * open, too, in each child that another test spawns meanwhile, and cannot be run (ETXTBSY).
 */
export function writeExecutable(path: string, text: string): void {
  execFileSync('sh', ['-c', 'cat > "$1" && chmod 755 "$1"', 'sh', path], { input: text })
}
