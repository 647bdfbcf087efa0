import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { completionScript, type Shell } from '../../../../src/cli/completion/command.ts'
import { createProgram } from '../../../../src/cli/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'completion-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'letters.jsonl'), '')

/** Shell code that loads the script at $1, then prints what would be offered for the words after it. */
const ASK: Record<Shell, { args: string[]; code: string }> = {
  bash: {
    args: ['--norc', '-c'],
    code: `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
      _inventory_events
      if ((\${#COMPREPLY[@]})); then printf '%s\\n' "\${COMPREPLY[@]}"; else compgen -f -- "\${@: -1}"; fi`,
  },
  // What the completion system of zsh would show is printed instead; it needs a terminal.
  zsh: {
    args: ['-f', '-c'],
    code: `compdef() { :; }; _message() { :; }
      _files() { print -l -- "\${words[CURRENT]}"*(N); }
      compadd() { shift; print -l -- $@; }
      _describe() { print -l -- "\${(@P)2%%:*}"; }
      source "$1"; shift; words=("$@"); CURRENT=$#words; _inventory_events`,
  },
  fish: {
    args: ['--no-config', '-c'],
    code: `source $argv[1]; complete -C "$(string join ' ' -- $argv[2..-1])" | string split -f 1 \\t`,
  },
}

function isThere(shell: Shell): boolean {
  return spawnSync(shell, ['--version']).status === 0
}

/** What the shell offers after these words, the last one unfinished. */
function offered(shell: Shell, ...words: string[]): string[] {
  const script = join(folder, `script.${shell}`)
  writeFileSync(script, completionScript(shell, createProgram()))
  const { args, code } = ASK[shell]
  const zeroth = shell === 'fish' ? [] : ['test']
  const run = spawnSync(shell, [...args, code, ...zeroth, script, 'inventory-events', ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, HOME: folder },
  })
  expect(run.stderr).toBe('')
  const last = words.at(-1)!
  return run.stdout.split('\n').filter((word) => word !== '' && word.startsWith(last))
}

describe.each<Shell>(['bash', 'zsh', 'fish'])('in %s', (shell) => {
  const it_ = it.skipIf(!isThere(shell))

  it_('completes commands', () => {
    expect(offered(shell, 'pl')).toEqual(['plugins'])
    expect(offered(shell, 'dead-letters', 'l')).toEqual(['list'])
    expect(offered(shell, '')).toEqual(expect.arrayContaining(['serve', 'publish', 'help']))
  })

  it_('completes the options of the command, and of no other', () => {
    expect(offered(shell, 'plugins', 'list', '--')).toEqual(
      expect.arrayContaining(['--states', '--help']),
    )
    expect(offered(shell, 'plugins', 'list', '--')).toHaveLength(2)
    expect(offered(shell, 'replay', '--plugin', 'list', '--be')).toEqual(['--beside-live'])
  })

  it_('completes choices of options and arguments', () => {
    expect(offered(shell, 'dead-letters', 'list', '--reason', 're')).toEqual(
      expect.arrayContaining(['rejected', 'retention']),
    )
    expect(offered(shell, 'completion', 'b')).toEqual(['bash'])
  })

  it_('completes files where one is expected', () => {
    expect(offered(shell, 'publish', '--rejects', 'let')).toEqual(['letters.jsonl'])
    expect(offered(shell, 'publish', 'let')).toEqual(['letters.jsonl'])
  })
})

it.skipIf(!isThere('bash'))('in bash completes a value after "="', () => {
  expect(offered('bash', 'dead-letters', 'list', '--reason', '=', 'ex')).toEqual(['exhausted'])
})
