/** The key of the entity that most happens to. */
export const HOT_ENTITY = 'ent_hot'
