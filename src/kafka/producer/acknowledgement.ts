/** The offset that a partition gave to the first record of a send. */
export interface Acknowledgement {
  partition: number
  baseOffset: string
}
