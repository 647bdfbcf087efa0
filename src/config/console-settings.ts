import type { Path } from '../event/path.ts'
import { readUsers } from './console-users.ts'
import { httpUrl, integer, type Setting, type ValueType } from './value-types.ts'

const users: ValueType<NonNullable<ReturnType<typeof readUsers>>> = {
  expects: 'lines of name:role:salt:hash, as "inventory-events console user" prints them',
  parse: readUsers,
}

const headerName: ValueType<string> = {
  expects: 'the name of a header',
  parse: (value) => (/^[A-Za-z][\w-]{0,63}$/.test(value) ? value : undefined),
}

const addresses: ValueType<readonly string[]> = {
  expects: 'IP addresses, separated by commas',
  parse(value) {
    const items = value.split(',').map((item) => item.trim())
    return items.every((item) => /^[\da-f:.]{2,45}$/i.test(item)) ? Object.freeze(items) : undefined
  },
}

const fieldPaths: ValueType<readonly Path[]> = {
  expects: 'paths of fields such as entity.name, separated by commas',
  parse(value) {
    const paths = value.split(',').map((item) => item.trim().split('.'))
    if (value.trim() === '') return []
    return paths.every((path) => path.every((name) => /^[^\s.,]{1,200}$/.test(name)))
      ? paths
      : undefined
  },
}

/** The settings of `inventory-events console`, besides those of Kafka. */
export const consoleSettings = {
  CONSOLE_PORT: {
    type: integer(0, 65_535),
    default: '8070',
    help: 'The port of the console. 0 picks a free port.',
  },
  CONSOLE_USERS: {
    type: users,
    secret: true,
    file: true,
    help: 'The users of the console with their roles and the hashes of their tokens, a line each. A user of a proxy has neither salt nor hash.',
  },
  CONSOLE_READER_FIELDS: {
    type: fieldPaths,
    default: '',
    help: 'The fields of events that the role reader sees and searches in the console, such as entity.name,from,to. Ids, kind, time and key are always seen; operators see everything.',
  },
  CONSOLE_PROXY_HEADER: {
    type: headerName,
    help: 'The header in which a proxy that has logged users in names them. Their roles are those of CONSOLE_USERS.',
  },
  CONSOLE_PROXY_ADDRESSES: {
    type: addresses,
    help: 'The addresses of that proxy. The header is ignored from any other.',
  },
  CONSOLE_ORIGIN: {
    type: httpUrl,
    help: 'Where browsers see the console, such as https://console.example, if a proxy changes the host. With https, cookies are sent over https only.',
  },
} as const satisfies Record<string, Setting>
