import type { Hono } from 'hono'
import { CSRF_HEADER } from '../../../shared/desk/session.ts'

/** What a browser does for the desk's page: keeps the cookie, and sends what the page has learned at the log-in. */
export const browserOf = (app: Hono, from: string) => {
  const jar = new Map<string, string>()
  let csrf = ''
  const keep = (response: Response): Response => {
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=')
      if (/; Max-Age=0/.test(set)) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }
  const cookies = (): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const env = { incoming: { socket: { remoteAddress: from } } }
  const get = async (path: string): Promise<Response> =>
    keep(await app.request(path, { headers: { cookie: cookies() } }, env))
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> => {
    const response = keep(
      await app.request(
        path,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', cookie: cookies(), [CSRF_HEADER]: csrf, ...headers },
          body: JSON.stringify(body),
        },
        env,
      ),
    )
    const answer: { csrf?: string } = await response
      .clone()
      .json()
      .catch(() => ({}))
    if (answer.csrf !== undefined) csrf = answer.csrf
    return response
  }
  /** A file as it is. */
  const file = (path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Response> =>
    Promise.resolve(
      app.request(
        path,
        {
          method: 'POST',
          headers: { 'content-type': 'text/csv', cookie: cookies(), [CSRF_HEADER]: csrf },
          body: bytes,
        },
        env,
      ),
    )
  return {
    jar,
    get,
    post,
    file,
    logIn: async (login: string, password: string): Promise<void> => {
      const { status } = await post('/api/desk/session', { login, password })
      if (status !== 200) throw new Error(`no log-in: ${status}`)
    },
  }
}
