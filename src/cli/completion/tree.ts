import type { Command, Option } from 'commander'

/** What may follow a command. */
export interface CompletedCommand {
  /** The words that call it, each with a space before: ` plugins list`, empty for the program. */
  place: string
  words: readonly CompletedWord[]
  options: readonly CompletedOption[]
  /** It takes arguments that are not words of its own, such as files. */
  takesOthers: boolean
}

/** A command, or a choice of an argument. */
export interface CompletedWord {
  word: string
  about: string
}

export interface CompletedOption {
  /** The long form first: `--help`, `-h`. */
  flags: readonly [string, ...string[]]
  about: string
  value: OptionValue
}

export type OptionValue =
  | { type: 'none' }
  | { type: 'choice'; choices: readonly string[] }
  | { type: 'file' }
  /** Nothing can be said of it without a look into the cluster. */
  | { type: 'text' }

/** Each command of a program, with all that its help lists, `--help` included. */
export function completedCommands(command: Command, place = ''): CompletedCommand[] {
  const help = command.createHelp()
  const commands = help.visibleCommands(command)
  const given = command.registeredArguments
  const choices = given.flatMap(({ argChoices = [], description }) =>
    argChoices.map((word) => ({ word, about: description })),
  )
  const completed = {
    place,
    words: [
      ...commands.map((each) => ({ word: each.name(), about: help.subcommandDescription(each) })),
      ...choices,
    ],
    options: help.visibleOptions(command).map(completedOption),
    takesOthers: given.some(({ argChoices }) => argChoices === undefined),
  }
  const inside = commands.flatMap((each) => completedCommands(each, `${place} ${each.name()}`))
  return [completed, ...inside]
}

function completedOption(option: Option): CompletedOption {
  const { long, short, flags, description: about } = option
  const [first = flags, ...others] = [long, short].filter((flag) => flag !== undefined)
  return { flags: [first, ...others], about, value: optionValue(option) }
}

function optionValue({ required, optional, argChoices, flags }: Option): OptionValue {
  if (!required && !optional) return { type: 'none' }
  if (argChoices !== undefined) return { type: 'choice', choices: argChoices }
  return /[<[]file[\]>]/.test(flags) ? { type: 'file' } : { type: 'text' }
}
