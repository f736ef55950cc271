import * as v from 'valibot'
import { text } from '../sync/fields.ts'

export const MAX_VIEWS = 50

/** An address of the desk: a section with its filters, never another site's. */
const deskPath = v.pipe(v.string(), v.maxLength(500), v.regex(/^\/desk\/[a-z]{1,20}(\?[\w=&%.~+*-]*)?$/))

/** GET /api/desk/views: one's own, by name. */
export const viewsSchema = v.object({ views: v.array(v.object({ name: v.string(), path: v.string() })) })
export type SavedViews = v.InferOutput<typeof viewsSchema>

/** POST /api/desk/views: keeps an address under a name, or forgets it (`path` null). */
export const saveViewSchema = v.object({
  name: v.pipe(text(60), v.trim(), v.minLength(1)),
  path: v.nullable(deskPath),
})
/** What is kept is read as what comes from outside. */
export const keptViewsSchema = v.array(v.object({ name: text(60), path: deskPath }))
