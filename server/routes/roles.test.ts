import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { ROLES } from '../../shared/roles.ts'
import type { Role } from '../../shared/roles.ts'
import { deskApp, PASSWORD } from '../../test/support/desk-app.ts'
import { rolesPage } from '../../test/support/roles-table.ts'
import { endpoints } from '../app.ts'
import { makeWorker, nextRoster, signRoster } from '../auth/roster.ts'
import { browserOf } from './desk/test-browser.ts'
import { letsIn } from './endpoint.ts'

const worker = (role: Role) =>
  makeWorker({ id: derivedId('worker', 'matrix', role), name: role, badge: `XB${role}`, roles: [role] })

describe('every route and every role', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, site, stores } = desk
  const held = await stores.site.roster(site.warehouse.id)
  const before = { warehouse: site.warehouse.id, version: held?.roster.version ?? 0, workers: ROLES.map(worker) }
  const roster = nextRoster(before, app.deps.now(), 7)
  await stores.site.putRoster(site.warehouse.id, roster, signRoster(app.deps.serverKey, roster))
  for (const role of ROLES) await desk.account(worker(role), role)

  it.each(ROLES)(
    '[DS8] at the desk and on a handheld %s is let in where the route says so, and nowhere else',
    async role => {
      const { id } = worker(role)
      const walked: string[] = []
      for (const endpoint of endpoints()) {
        if (endpoint.door !== 'person' && endpoint.door !== 'desk') continue
        const path = `${endpoint.path.replace(/:\w+/g, 'x')}?worker=${id}`
        // A log-out would end the walk.
        if (endpoint.path.endsWith('/end')) continue
        const page = browserOf(app.app, `10.1.0.${ROLES.indexOf(role)}`)
        await page.logIn(role, PASSWORD)
        const refusals = [await codeOf(endpoint.method === 'GET' ? await page.get(path) : await page.post(path, {}))]
        // A handheld's body is read before its person is known, so only questions end at the role.
        if (endpoint.door === 'person' && endpoint.method === 'GET')
          refusals.push(((await desk.read(path)).body as { code?: string }).code ?? '')
        for (const code of refusals)
          expect([endpoint.method, endpoint.path, code === 'role']).toEqual([
            endpoint.method,
            endpoint.path,
            !letsIn(endpoint, [role]),
          ])
        walked.push(endpoint.path)
        app.wait(2_000)
      }
      expect(walked.length).toBeGreaterThan(20)
    },
  )

  it('[DS8] the page with the table of routes and roles is the present one', async () => {
    expect(await readFile(new URL('../../docs/roles.md', import.meta.url), 'utf8')).toBe(rolesPage())
  })
})

const codeOf = async (response: Response): Promise<string> => {
  if (response.headers.get('content-type')?.includes('json') !== true) return ''
  const { code = '' }: { code?: string } = await response.json()
  return code
}
