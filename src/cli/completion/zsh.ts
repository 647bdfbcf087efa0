import type { CompletedCommand, OptionValue } from './tree.ts'

/** As in bash, with descriptions. Not with a variable `path`, which zsh ties to PATH. */
export function zshScript(program: string, commands: readonly CompletedCommand[]): string {
  const name = `_${program.replaceAll('-', '_')}`
  const places = commands.map(({ place }) => place).filter((place) => place !== '')
  return `# Completion of ${program} for zsh
${name}() {
  local place= word
  local -a found
  for word in \${words[2,CURRENT-1]}; do
    case "$place $word" in
      ${places.map(quoted).join(' | ')})
        place+=" $word" ;;
    esac
  done
  case "$place \${words[CURRENT-1]}" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case $place in
${commands.map(wordCase).join('\n')}
  esac
}
compdef ${name} ${program}`
}

function valueCases({ place, options }: CompletedCommand): string[] {
  return options.flatMap(({ flags, value }) => {
    const action = actionOf(value)
    if (action === undefined) return []
    const pattern = flags.map((flag) => quoted(`${place} ${flag}`)).join(' | ')
    return [`    ${pattern}) ${action}; return ;;`]
  })
}

function actionOf(value: OptionValue): string | undefined {
  switch (value.type) {
    case 'none':
      return undefined
    case 'choice':
      return `compadd -- ${value.choices.map(quoted).join(' ')}`
    case 'file':
      return '_files'
    case 'text':
      return '_message value'
  }
}

function wordCase({ place, words, options, takesOthers }: CompletedCommand): string {
  const found = [
    ...words.map(({ word, about }) => described(word, about)),
    ...options.map(({ flags: [flag], about }) => described(flag, about)),
  ]
  const others = takesOthers ? '; _files' : ''
  return `    ${quoted(place)}) found=(${found.join(' ')}); _describe word found${others} ;;`
}

function described(word: string, about: string): string {
  return quoted(`${word}:${about}`)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
