import kafkajs, { type AclEntry, type Kafka } from 'kafkajs'

const OPERATIONS: Record<string, number> = {
  Read: kafkajs.AclOperationTypes.READ,
  Write: kafkajs.AclOperationTypes.WRITE,
  Create: kafkajs.AclOperationTypes.CREATE,
  Delete: kafkajs.AclOperationTypes.DELETE,
  Describe: kafkajs.AclOperationTypes.DESCRIBE,
  DescribeConfigs: kafkajs.AclOperationTypes.DESCRIBE_CONFIGS,
}

/** The rights that the `kafka-acls --add` commands of a text grant. Throws at unknown options. */
export function rightsIn(text: string): AclEntry[] {
  const commands = [...text.matchAll(/^kafka-acls --add (.+)$/gm)]
  return commands.flatMap(([, options]) => rightsOf(options!))
}

/** Grants rights to their principals, or to `user` instead. */
export async function grant(kafka: Kafka, rights: AclEntry[], user?: string): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  const acl = rights.map((right) =>
    user === undefined ? right : { ...right, principal: `User:${user}` },
  )
  await admin.createAcls({ acl }).finally(() => admin.disconnect())
}

/** The rights with another operation in place of the one that is meant. Throws if there is not just one. */
export function replaceRight(
  rights: AclEntry[],
  isMeant: (right: AclEntry) => boolean,
  operation: number,
): AclEntry[] {
  if (rights.filter(isMeant).length !== 1) throw new Error('expected one right that is meant')
  return rights.map((right) => (isMeant(right) ? { ...right, operation } : right))
}

/** Creates a topic that every user may describe. */
export async function createTopicForAll(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic }] })
  const everybody = { principal: 'User:*', host: '*', permissionType: 3, operation: 8 }
  const resource = { resourceType: 2, resourceName: topic, resourcePatternType: 3 }
  await admin.createAcls({ acl: [{ ...everybody, ...resource }] })
  await admin.disconnect()
}

function rightsOf(options: string): AclEntry[] {
  const pairs = [...options.matchAll(/--([a-z-]+) (\S+)/g)].map(([, name, value]) => ({
    name: name!,
    value: value!,
  }))
  if (pairs.map(({ name, value }) => `--${name} ${value}`).join(' ') !== options) {
    throw new Error(`cannot read the rights of: ${options}`)
  }
  const all = (name: string) => pairs.filter((pair) => pair.name === name).map(({ value }) => value)
  const isPrefix = all('resource-pattern-type').includes('prefixed')
  const { TOPIC, GROUP, TRANSACTIONAL_ID } = kafkajs.AclResourceTypes
  const resources = [
    ...all('topic').map((resourceName) => ({ resourceType: TOPIC, resourceName })),
    ...all('group').map((resourceName) => ({ resourceType: GROUP, resourceName })),
    ...all('transactional-id').map((resourceName) => ({
      resourceType: TRANSACTIONAL_ID,
      resourceName,
    })),
  ]
  const { PREFIXED, LITERAL } = kafkajs.ResourcePatternTypes
  return resources.flatMap((resource) =>
    all('operation').map((operation) => ({
      ...resource,
      resourcePatternType: isPrefix ? PREFIXED : LITERAL,
      principal: all('allow-principal')[0]!,
      host: '*',
      operation: OPERATIONS[operation]!,
      permissionType: kafkajs.AclPermissionTypes.ALLOW,
    })),
  )
}
