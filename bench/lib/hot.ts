/** The key of the entity with the most events. */
export const HOT_ENTITY = 'ent_hot'
