import type { CompletedCommand, CompletedOption, OptionValue } from './tree.ts'

/** One line for each word that may follow a command, on the condition that this is the command. */
export function fishScript(program: string, commands: readonly CompletedCommand[]): string {
  const name = `__${program.replaceAll('-', '_')}_at`
  const places = commands.map(({ place }) => place).filter((place) => place !== '')
  const lines = commands.flatMap((command) => {
    const at = `complete -c ${program} -n ${quoted(`${name} ${quoted(command.place)}`)}`
    return [
      ...(command.takesOthers ? [] : [`${at} -f`]),
      ...command.words.map(({ word, about }) => `${at} -a ${quoted(word)} -d ${quoted(about)}`),
      ...command.options.map((option) => `${at} ${optionWords(option)}`),
    ]
  })
  return `# Completion of ${program} for fish
function ${name}
  set -l place ''
  for word in (commandline -opc)[2..-1]
    switch "$place $word"
      case ${places.map(quoted).join(' ')}
        set place "$place $word"
    end
  end
  test "$place" = $argv[1]
end
${lines.join('\n')}`
}

function optionWords({ flags, about, value }: CompletedOption): string {
  const names = flags.map((flag) =>
    flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  )
  return [...names, `-d ${quoted(about)}`, ...valueWords(value)].join(' ')
}

function valueWords(value: OptionValue): string[] {
  switch (value.type) {
    case 'none':
      return []
    case 'choice':
      return [`-x -a ${quoted(value.choices.join(' '))}`]
    case 'file':
      return ['-rF']
    case 'text':
      return ['-x']
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
