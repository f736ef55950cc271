import * as v from 'valibot'
import { keptViewsSchema, MAX_VIEWS, saveViewSchema, viewsSchema } from '../../../shared/desk/views.ts'
import type { SavedViews } from '../../../shared/desk/views.ts'
import type { WorkerId } from '../../../shared/ids.ts'
import { sendJson } from '../answer.ts'
import { deskEndpoint, json, NOTHING } from '../endpoint.ts'
import { refused } from '../refused.ts'

const nameOf = (worker: WorkerId): string => `views ${worker}`
const viewsIn = (setting: unknown): SavedViews['views'] => {
  const kept = v.safeParse(keptViewsSchema, setting)
  return kept.success ? kept.output : []
}
const answers = { 200: { description: 'One’s own views, by name', schema: viewsSchema } }

/** GET /api/desk/views */
export const viewsEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/views',
    summary: 'Addresses of the desk that the person has kept under names.',
    body: NOTHING,
    answers,
  },
  async ({ c, deps, who }) => sendJson(c, { views: viewsIn(await deps.stores.site.setting(nameOf(who.id))) }),
)

/** POST /api/desk/views */
export const saveViewEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/views',
    summary: `Keeps an address under a name, in place of one of that name, or forgets it; at most ${MAX_VIEWS}.`,
    body: json(4096, saveViewSchema),
    answers,
    refusals: ['too_large'],
  },
  async ({ c, deps, body, who }) => {
    const { name, path } = body
    const views = await deps.stores.site.changeSetting(nameOf(who.id), setting => {
      const others = viewsIn(setting).filter(view => view.name !== name)
      const next = path === null ? others : [...others, { name, path }].sort((a, b) => a.name.localeCompare(b.name))
      if (next.length > MAX_VIEWS) throw refused('too_large', `At most ${MAX_VIEWS} views are kept; forget one first.`)
      return next
    })
    return sendJson(c, { views })
  },
)
