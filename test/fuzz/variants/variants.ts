import type { Fate } from '../judge/fate.ts'
import { contractVariants } from './contract-variants.ts'
import { foreignVariants } from './foreign-variants.ts'

/** What a case says of an event that another client writes. */
export interface Written {
  id: string
  text: string
  number: number
}

/** A schema as another client registers it, and events written with it. */
export interface Variant {
  /** JSON text, since not every number of a schema survives JavaScript. */
  schema: string
  /** The fields, for `framed`. */
  value(written: Written): object
  fate(written: Written): Fate
  /** Headers without which the record is not an event. */
  headers?(written: Written): [name: string, value: string][]
}

export const variants = { ...contractVariants, ...foreignVariants }

export type VariantName = keyof typeof variants

export const VARIANT_NAMES = Object.keys(variants) as VariantName[]
