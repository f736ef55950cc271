import { pino } from 'pino'
import type { DestinationStream } from 'pino'
import type { Log } from './routes/deps.ts'

/** What must never reach a log, wherever it stands: credentials, and what a database error says of the values it met. */
const SECRET = [
  'authorization',
  'access',
  'token',
  'code',
  'sig',
  'secret',
  'password',
  'detail',
  'parameters',
  'where',
]

/** One JSON object a line. Values under secret names are dropped one and two levels deep; messages are ours and hold none. */
export const makeLog = (level: string, destination: DestinationStream): Log => {
  const logger = pino(
    {
      level,
      base: null,
      redact: { paths: SECRET.flatMap(name => [name, `*.${name}`, `*.*.${name}`]), remove: true },
    },
    destination,
  )
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  }
}
