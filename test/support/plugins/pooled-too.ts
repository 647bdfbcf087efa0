import { pooled } from './pooled.ts'

export default pooled('pooled-too')
