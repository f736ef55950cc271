import type { Hono } from 'hono'
import { sendText } from '../routes/answer.ts'
import type { AppDeps } from '../routes/deps.ts'
import { refused } from '../routes/refused.ts'
import { sendFile } from '../routes/static.ts'
import { barcodeSvg, KINDS } from './barcode.ts'
import { demoPage } from './page.ts'

/** Pictures are drawn once; there are about as many as there are places and items. */
const MAX_PICTURES = 5000

/** The page with everything that can be scanned. Registered in the demo only: it shows badges and a set-up code. */
export const addDemoRoutes = (app: Hono, demo: NonNullable<AppDeps['demo']>): void => {
  const pictures = new Map<string, string>()
  app.get('/demo', async c => {
    c.header('cache-control', 'no-store')
    return sendText(c, 'text/html; charset=utf-8', String(await demoPage(demo.data)))
  })
  app.get('/demo/code/:kind/:file', async c => {
    const kind = KINDS.find(known => known === c.req.param('kind'))
    const text = c.req.param('file').replace(/\.svg$/, '')
    const key = `${kind}/${text}`
    const svg = pictures.get(key) ?? (kind ? barcodeSvg(kind, text) : null)
    if (svg === null) throw refused('not_found')
    if (pictures.size < MAX_PICTURES) pictures.set(key, svg)
    c.header('cache-control', 'public, max-age=31536000, immutable')
    return sendText(c, 'image/svg+xml', svg)
  })
  app.get('/demo/:file', async c => {
    const file = await sendFile(c, demo.files, `/${c.req.param('file')}`)
    if (file === null) throw refused('not_found')
    return file
  })
}
