import {
  awsRegion,
  bearerToken,
  brokers,
  certificates,
  flag,
  httpUrl,
  integer,
  oneOf,
  privateKey,
  type Setting,
  text,
  topics,
} from './value-types.ts'

/** Connections to Kafka and the schema registry. */
export const kafkaSettings = {
  KAFKA_BROKERS: {
    type: brokers,
    help: 'The Kafka brokers to connect to first; the others are discovered.',
  },
  KAFKA_CLIENT_ID: {
    type: text,
    default: 'inventory-events',
    help: 'The client id: brokers log it and apply quotas to it.',
  },
  KAFKA_GROUP_ID: {
    type: text,
    default: 'inventory-events',
    help: 'The consumer group. Replicas with the same group id share the partitions; a new group id starts over.',
  },
  KAFKA_GROUP_INSTANCE_ID: {
    type: text,
    help: 'A name of this replica that outlives its restarts and that no other has. A replica that is back within SESSION_TIMEOUT_MS continues with its partitions, and nothing moves. Unset: its partitions move as soon as it stops.',
  },
  KAFKA_REBALANCE_MODE: {
    type: oneOf('cooperative', 'eager'),
    default: 'cooperative',
    help: 'What a rebalance stops: with `cooperative` only the partitions that move, with `eager` all of them. The latter is for a roll-out from version 0.2 or back to it, whose replicas know nothing else.',
  },
  KAFKA_COMPRESSION: {
    type: oneOf('none', 'gzip', 'zstd'),
    default: 'none',
    help: 'How the records are compressed that are written: events, dead letters, marks. With `zstd` they take a fraction of the network and of the disks of the brokers, for some CPU.',
  },
  KAFKA_MAX_REQUEST_BYTES: {
    type: integer(1_000_000, 104_857_600),
    default: '8388608',
    help: 'The most bytes of records in one request to a broker, in which those of many partitions go together. A single record may be larger. Lower it for brokers that take less.',
  },
  KAFKA_TOPICS: {
    type: topics,
    default: 'inventory.events,plugin.events',
    help: 'The topics to consume.',
  },
  KAFKA_SSL: {
    type: flag,
    default: 'false',
    help: 'Whether to connect to the brokers over TLS.',
  },
  KAFKA_SSL_CA: {
    type: certificates,
    file: true,
    help: 'The CA certificate of the brokers. Unset: the CAs that Node trusts.',
  },
  KAFKA_SSL_CERT: {
    type: certificates,
    file: true,
    help: 'The client certificate, if the brokers require one.',
  },
  KAFKA_SSL_KEY: {
    type: privateKey,
    file: true,
    secret: true,
    help: 'The private key of the client certificate.',
  },
  KAFKA_SSL_SERVER_NAME: {
    type: text,
    help: "The host name expected in the brokers' certificates. Unset: the name used to connect.",
  },
  KAFKA_SASL_MECHANISM: {
    type: oneOf('plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'),
    help: 'The SASL mechanism used to log in to the brokers. Unset: no login.',
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
    help: 'The bearer token for oauthbearer. Its file is read again at each login.',
  },
  KAFKA_OAUTH_TOKEN_URL: {
    type: httpUrl,
    help: 'The token endpoint for oauthbearer, instead of a fixed token. Tokens are fetched with client credentials.',
  },
  KAFKA_OAUTH_CLIENT_ID: {
    type: text,
    file: true,
    help: 'The client id for the token endpoint.',
  },
  KAFKA_OAUTH_CLIENT_SECRET: {
    type: text,
    file: true,
    secret: true,
    help: 'The client secret for the token endpoint.',
  },
  KAFKA_OAUTH_SCOPE: {
    type: text,
    help: 'The scopes to request from the token endpoint, separated by spaces.',
  },
  KAFKA_OAUTH_AWS_REGION: {
    type: awsRegion,
    help: "The region of an Amazon MSK cluster with IAM, for oauthbearer, instead of a fixed token. Tokens are signed with the credentials of AWS's default chain. Needs the package aws-msk-iam-sasl-signer-js.",
  },
  SCHEMA_REGISTRY_URL: {
    type: httpUrl,
    help: 'The URL of the schema registry.',
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
    type: certificates,
    file: true,
    help: 'The CA certificate of the schema registry. Unset: the CAs that Node trusts.',
  },
} as const satisfies Record<string, Setting>
