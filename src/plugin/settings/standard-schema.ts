/**
 * What zod, valibot, arktype and other libraries have in common: https://standardschema.dev. Only the
 * part that is needed here is declared.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (
      value: unknown,
    ) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>
    /** Holds no values: its types are those of the input and the output. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type StandardSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardSchemaIssue[] }

export interface StandardSchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: schemas of any input and output.
export type AnySchema = StandardSchema<any, any>

/** What a schema makes of valid input; undefined without a schema. */
export type SettingsOf<Schema> = Schema extends AnySchema
  ? NonNullable<Schema['~standard']['types']>['output']
  : undefined

/** The names that a schema's input may have. */
export type SettingNameOf<Schema> = Schema extends AnySchema
  ? NameIn<NonNullable<Schema['~standard']['types']>['input']>
  : never

type NameIn<Input> = Input extends unknown ? Extract<keyof Input, string> : never

export function isStandardSchema(value: unknown): boolean {
  // Those of arktype are functions.
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  if (!isObject) return false
  const standard = (value as Partial<StandardSchema>)['~standard']
  return standard?.version === 1 && typeof standard.validate === 'function'
}

/** The names of an issue's path. */
export function pathOf({ path = [] }: StandardSchemaIssue): string[] {
  return path.map((part) => String(typeof part === 'object' ? part.key : part))
}
