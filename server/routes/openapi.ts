import { toJsonSchema } from '@valibot/to-json-schema'
import type { DescribeRouteOptions } from 'hono-openapi'
import type { GenericSchema } from 'valibot'
import { REFUSALS } from '../../shared/exception.ts'
import type { RefusalCode } from '../../shared/exception.ts'
import { HEADERS, SCHEME } from '../../shared/sync/enrol.ts'
import { CSRF_HEADER } from '../../shared/desk/session.ts'
import { refusalSchema } from '../../shared/sync/wire.ts'
import type { Door, Endpoint } from './endpoint.ts'
import { STATUS } from './refused.ts'

type Schema = { type?: 'string' | 'object'; properties?: Record<string, Schema>; required?: string[] }
/** Checks that JSON Schema has no word for (branded ids, control characters) are left out; the server makes them all the same. */
const schemaOf = (schema: GenericSchema): Schema => {
  const { $schema: _, ...rest } = toJsonSchema(schema, { errorMode: 'ignore', typeMode: 'input' })
  const plain: Schema = JSON.parse(JSON.stringify(rest))
  return plain
}

const BY_DOOR: Readonly<Record<Door, readonly RefusalCode[]>> = {
  open: [],
  device: ['use_nonce', 'unauthorised', 'revoked'],
  person: ['use_nonce', 'unauthorised', 'revoked', 'role', 'forged', 'password_change'],
  desk: ['unauthorised', 'forged', 'password_change'],
  admin: ['unauthorised'],
  metrics: ['unauthorised'],
}

/** Everything that a route can refuse with, from the same object that makes it do so. */
export const refusalsOf = (endpoint: Endpoint): readonly RefusalCode[] => [
  ...new Set<RefusalCode>([
    ...BY_DOOR[endpoint.door],
    ...(endpoint.body ? (['too_large', 'bad_request'] as const) : []),
    ...(endpoint.refusals ?? []),
    ...(endpoint.roles ? (['role'] as const) : []),
    'fault',
  ]),
]

export const describe = (endpoint: Endpoint): DescribeRouteOptions => ({
  summary: endpoint.summary,
  tags: [endpoint.door],
  ...(endpoint.roles ? { description: rolesOf(endpoint) } : {}),
  security: SECURITY[endpoint.door],
  ...(endpoint.query ? { parameters: parametersOf(endpoint.query) } : {}),
  ...(endpoint.body ? { requestBody: requestOf(endpoint.body) } : {}),
  responses: { ...answersOf(endpoint), ...refusedAnswers(refusalsOf(endpoint)) },
})

const SECURITY: Readonly<Record<Door, Record<string, string[]>[]>> = {
  open: [],
  device: [{ device: [] }],
  person: [{ device: [] }, { desk: [] }],
  desk: [{ desk: [] }],
  admin: [{ admin: [] }],
  metrics: [{ metrics: [] }],
}

const rolesOf = ({ roles = [], strictly = false }: Endpoint): string =>
  `For people with the role ${[...roles, ...(strictly || roles.includes('supervisor') ? [] : ['supervisor'])].join(' or ')}.`

const parametersOf = (query: GenericSchema) => {
  const { properties = {}, required = [] } = schemaOf(query)
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query' as const,
    required: required.includes(name),
    schema,
  }))
}

const requestOf = ({ schema, maxBytes, type }: NonNullable<Endpoint['body']>) => ({
  required: true,
  description: `At most ${maxBytes} bytes.`,
  content:
    schema === null
      ? { [type ?? 'application/octet-stream']: { schema: { type: 'string' } as const } }
      : { 'application/json': { schema: schemaOf(schema) } },
})

const answersOf = (endpoint: Endpoint) =>
  Object.fromEntries(
    Object.entries(endpoint.answers).map(([status, { description, type, schema }]) => [
      status,
      {
        description,
        content: { [type ?? 'application/json']: { schema: schema ? schemaOf(schema) : { type: 'string' as const } } },
      },
    ]),
  )

const refusedAnswers = (codes: readonly RefusalCode[]) => {
  const schema = schemaOf(refusalSchema)
  const statuses = [...new Set(codes.map(code => STATUS[code]))]
  return Object.fromEntries(
    statuses.map(status => [
      status,
      {
        description: codes
          .filter(code => STATUS[code] === status)
          .map(code => `\`${code}\`: ${REFUSALS[code]}`)
          .join(' '),
        content: { 'application/json': { schema } },
      },
    ]),
  )
}

const DOCUMENTATION = {
  info: { title: 'Stockhand', version: '1', description: 'What handhelds and the command line say to the server.' },
  components: {
    securitySchemes: {
      device: {
        type: 'apiKey' as const,
        in: 'header' as const,
        name: 'authorization',
        description: `\`${SCHEME} <access token>\`, with \`${HEADERS.nonce}\` (from the last answer) and \`${HEADERS.proof}\`: base64url of the raw r‖s of ECDSA P-256 with SHA-256 over method, path with query, SHA-256 of the body and nonce, joined by line feeds.`,
      },
      desk: {
        type: 'apiKey' as const,
        in: 'cookie' as const,
        name: 'stockhand-desk',
        description: `The session of a person at the desk (over HTTPS \`__Host-stockhand-desk\`); whatever changes something carries \`${CSRF_HEADER}\` as well, which \`GET /api/desk/session\` tells.`,
      },
      admin: {
        type: 'http' as const,
        scheme: 'bearer',
        description: 'The secret of the data folder, on this machine.',
      },
      metrics: {
        type: 'http' as const,
        scheme: 'bearer',
        description: 'The token of the configuration; not needed on this machine.',
      },
    },
  },
}

export const SPEC_OPTIONS = { documentation: DOCUMENTATION, excludeStaticFile: false }
