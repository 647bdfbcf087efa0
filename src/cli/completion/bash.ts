import type { CompletedCommand } from './tree.ts'

/** Reads the words that lead to a command, then offers what may follow the last one. */
export function bashScript(program: string, commands: readonly CompletedCommand[]): string {
  const name = `_${program.replaceAll('-', '_')}`
  return `# Completion of ${program} for bash
${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} place= words= i
  if [[ $current == = ]]; then current=
  elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place \${COMP_WORDS[i]}" in
${placeCases(commands)}
        place+=" \${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$place $before" in
${valueCases(commands)}
  esac
  if [[ -z $words ]]; then
    case $place in
${wordCases(commands)}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F ${name} ${program}`
}

function placeCases(commands: readonly CompletedCommand[]): string {
  const places = commands.map(({ place }) => place).filter((place) => place !== '')
  return `      ${places.map((place) => `'${place}'`).join(' | ')})`
}

/** Without words, as for values of other kinds, `-o default` offers files. */
function valueCases(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ place, options }) =>
    options.flatMap(({ flags, value }) => {
      if (value.type === 'none') return []
      const pattern = flags.map((flag) => `'${place} ${flag}'`).join(' | ')
      const then = value.type === 'choice' ? `words='${value.choices.join(' ')}'` : 'return'
      return [`    ${pattern}) ${then} ;;`]
    }),
  )
  return lines.join('\n')
}

function wordCases(commands: readonly CompletedCommand[]): string {
  const lines = commands.map(({ place, words, options }) => {
    const all = [...words.map(({ word }) => word), ...options.map(({ flags: [flag] }) => flag)]
    return `      '${place}') words='${all.join(' ')}' ;;`
  })
  return lines.join('\n')
}
