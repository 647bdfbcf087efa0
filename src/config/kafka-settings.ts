import {
  bearerToken,
  brokers,
  flag,
  httpUrl,
  oneOf,
  pem,
  type Setting,
  text,
  topics,
} from './value-types.ts'

/** How Kafka and the schema registry are reached. */
export const kafkaSettings = {
  KAFKA_BROKERS: {
    type: brokers,
    help: 'Where to reach Kafka first.',
  },
  KAFKA_CLIENT_ID: {
    type: text,
    default: 'inventory-events',
    help: 'The name that brokers log and count quotas by.',
  },
  KAFKA_GROUP_ID: {
    type: text,
    default: 'inventory-events',
    help: 'The consumer group. Its replicas share the partitions; another group reads everything again.',
  },
  KAFKA_TOPICS: {
    type: topics,
    default: 'inventory.events,plugin.events',
    help: 'The topics that are read.',
  },
  KAFKA_SSL: {
    type: flag,
    default: 'false',
    help: 'Whether connections to brokers are encrypted.',
  },
  KAFKA_SSL_CA: {
    type: pem,
    file: true,
    help: "The certificate authority of the brokers, if it is not one of the system's.",
  },
  KAFKA_SSL_CERT: {
    type: pem,
    file: true,
    help: 'The client certificate, where brokers ask for one.',
  },
  KAFKA_SSL_KEY: {
    type: pem,
    file: true,
    secret: true,
    help: 'The key of the client certificate.',
  },
  KAFKA_SSL_SERVER_NAME: {
    type: text,
    help: 'The name that the certificates of the brokers are for, if it is not the one they are reached by.',
  },
  KAFKA_SASL_MECHANISM: {
    type: oneOf('plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'),
    help: 'How to log in to the brokers. Unset: no login.',
  },
  KAFKA_SASL_USERNAME: {
    type: text,
    file: true,
    help: 'The user to log in to the brokers as.',
  },
  KAFKA_SASL_PASSWORD: {
    type: text,
    file: true,
    secret: true,
    help: 'The password of that user.',
  },
  KAFKA_OAUTH_TOKEN: {
    type: bearerToken,
    file: true,
    secret: true,
    help: 'Mechanism oauthbearer: the token to log in with. Its file is read anew for each login.',
  },
  KAFKA_OAUTH_TOKEN_URL: {
    type: httpUrl,
    help: 'Mechanism oauthbearer: where to get tokens instead, with client credentials.',
  },
  KAFKA_OAUTH_CLIENT_ID: {
    type: text,
    file: true,
    help: 'The client that tokens are for.',
  },
  KAFKA_OAUTH_CLIENT_SECRET: {
    type: text,
    file: true,
    secret: true,
    help: 'The secret of that client.',
  },
  KAFKA_OAUTH_SCOPE: {
    type: text,
    help: 'The scopes to ask for, separated by spaces.',
  },
  SCHEMA_REGISTRY_URL: {
    type: httpUrl,
    help: 'Where to reach the schema registry.',
  },
  SCHEMA_REGISTRY_USERNAME: {
    type: text,
    file: true,
    help: 'The user of the schema registry. Unset: no login.',
  },
  SCHEMA_REGISTRY_PASSWORD: {
    type: text,
    file: true,
    secret: true,
    help: 'The password of that user.',
  },
  SCHEMA_REGISTRY_CA: {
    type: pem,
    file: true,
    help: "The certificate authority of the schema registry, if it is not one of the system's.",
  },
} as const satisfies Record<string, Setting>
