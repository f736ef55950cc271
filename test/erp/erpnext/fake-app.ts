import { Hono } from 'hono'
import type { Context } from 'hono'
import { serveHandler } from '../../../server/erp/sim/serve.ts'
import { Thrown } from './fake-db.ts'
import type { Query, Values } from './fake-db.ts'
import type { Erpnext } from './fake-erpnext.ts'
import { fieldsOf, META } from './fake-meta.ts'

export type AppDeps = {
  erp: Erpnext
  nowMs: () => number
  token: string
  version: number
  zone: string
  /** Rights that the user does not have: `Batch: create`. */
  denied: ReadonlySet<string>
  /** An unknown key is a guest, who lacks rights, or a stranger; both have been seen. */
  strangers: () => 'guest' | 'refused'
  /** Whether this submit takes longer than the proxy before it waits. */
  slow: () => boolean
  keyField: { unique: 0 | 1; no_copy: 0 | 1 } | null
}

const page = (status: number): Response =>
  new Response('<html><body>Gateway Timeout</body></html>', { status, headers: { 'content-type': 'text/html' } })

/** The REST interface of Frappe, version 1, as far as the connector calls it. */
export const makeApp = (deps: AppDeps) => {
  const { erp } = deps
  let jobs: (() => void)[] = []
  const finishJobs = (): void => {
    const due = jobs
    jobs = []
    for (const run of due) run()
  }
  const may = (doctype: string, right: string): void => {
    if (deps.denied.has(`${doctype}: ${right}`))
      throw new Thrown('PermissionError', `No permission to ${right} ${doctype}`)
  }
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    c.res.headers.set('date', new Date(deps.nowMs()).toUTCString())
  })
  app.use('/api/*', async (c, next) => {
    if (c.req.header('authorization') === `token ${deps.token}`) return next()
    if (c.req.path.endsWith('get_time_zone')) return next()
    const type = deps.strangers() === 'guest' ? 'PermissionError' : 'AuthenticationError'
    throw new Thrown(type, 'Login to access')
  })
  app.onError((error, c) => {
    if (!(error instanceof Thrown)) {
      console.error(error)
      return c.json({ exc_type: 'AttributeError', exception: String(error) }, 500)
    }
    const said = JSON.stringify([JSON.stringify({ message: error.message, indicator: 'red' })])
    const exc = JSON.stringify(['Traceback (most recent call last): …'])
    const body = { exc_type: error.type, exception: `frappe.exceptions.${error.type}: ${error.message}` }
    return c.json({ ...body, exc, _server_messages: said }, error.status as 417)
  })
  resources(app, erp, may)
  const submit = (given: Values): Response => {
    const [doctype, name] = [String(given['doctype']), String(given['name'])]
    may(doctype, 'submit')
    const run = (): Values => erp.submit(doctype, name, String(given['modified']))
    if (!deps.slow()) return Response.json({ message: run() })
    // Goes on after its caller has gone; when it is refused in the end nobody is there to be told.
    jobs.push(() => {
      try {
        run()
      } catch {}
    })
    return page(504)
  }
  methods(app, deps, may, submit)
  return { app, finishJobs }
}

type May = (doctype: string, right: string) => void

const resources = (app: Hono, erp: Erpnext, may: May): void => {
  const at = (c: Context): [string, string] => [c.req.param('doctype') ?? '', c.req.param('name') ?? '']
  app.get('/api/resource/:doctype/:name', c => {
    const [doctype, name] = at(c)
    may(doctype, 'read')
    return c.json({ data: erp.db.get(doctype, name) })
  })
  app.post('/api/resource/:doctype', async c => {
    const [doctype] = at(c)
    may(doctype, 'create')
    return c.json({ data: erp.insert(doctype, await c.req.json()) })
  })
  app.put('/api/resource/:doctype/:name', async c => {
    const [doctype, name] = at(c)
    may(doctype, 'write')
    return c.json({ data: erp.update(doctype, name, await c.req.json()) })
  })
}

const methods = (app: Hono, deps: AppDeps, may: May, submit: (doc: Values) => Response): void => {
  const { erp } = deps
  const read = (name: string, answer: (query: Record<string, string>) => unknown): void => {
    app.get(`/api/method/${name}`, c => c.json({ message: answer(c.req.query()) }))
  }
  read('frappe.auth.get_logged_user', () => 'bot@example.com')
  read('frappe.client.get_time_zone', () => ({ time_zone: deps.zone }))
  read('frappe.utils.change_log.get_versions', () => ({
    erpnext: { title: 'ERPNext', version: `${deps.version}.31.0` },
  }))
  read('frappe.client.has_permission', ({ doctype, perm_type }) => ({
    has_permission: !deps.denied.has(`${doctype}: ${perm_type}`),
  }))
  const mapped = (name: string, make: (source: string) => Values): void =>
    read(name, ({ source_name = '' }) => make(source_name))
  mapped('erpnext.buying.doctype.purchase_order.purchase_order.make_purchase_receipt', erp.receiptOf)
  mapped('erpnext.selling.doctype.sales_order.sales_order.make_delivery_note', erp.noteOf)
  mapped('erpnext.stock.doctype.delivery_note.delivery_note.make_sales_return', erp.returnOf)
  app.get('/api/method/frappe.desk.form.load.getdoctype', c => {
    const doctype = c.req.query('doctype') ?? ''
    may(doctype, 'read')
    const own = fieldsOf(doctype, deps.version).filter(field => field !== 'custom_stockhand_key')
    const keyed = META[doctype]?.fields.includes('custom_stockhand_key') === true && deps.keyField !== null
    const fields = [
      ...own.map(fieldname => ({ fieldname, unique: 0, no_copy: 0 })),
      ...(keyed ? [{ fieldname: 'custom_stockhand_key', ...deps.keyField }] : []),
    ]
    return c.json({ docs: [{ doctype: 'DocType', name: doctype, fields }] })
  })
  app.post('/api/method/frappe.client.get_list', async c => {
    const query = await c.req.json<Query & { doctype: string }>()
    may(META[query.doctype]?.of ?? query.doctype, 'read')
    return c.json({ message: erp.db.list(query.doctype, query) })
  })
  app.post('/api/method/frappe.client.submit', async c => {
    const { doc } = await c.req.json<{ doc: Values }>()
    return submit(doc)
  })
  app.post('/api/method/frappe.client.cancel', async c => {
    const { doctype, name } = await c.req.json<Record<string, string>>()
    may(doctype ?? '', 'cancel')
    return c.json({ message: erp.cancel(doctype ?? '', name ?? '') })
  })
  app.post('/api/method/frappe.client.delete', async c => {
    const { doctype, name } = await c.req.json<Record<string, string>>()
    may(doctype ?? '', 'delete')
    erp.remove(doctype ?? '', name ?? '')
    return c.json({})
  })
  app.post('/api/method/erpnext.selling.doctype.sales_order.sales_order.update_status', async c => {
    const { name, status } = await c.req.json<Record<string, string>>()
    may('Sales Order', 'write')
    erp.setStatus(name ?? '', status ?? '')
    return c.json({})
  })
}

export const serveApp = async (deps: AppDeps) => {
  const { app, finishJobs } = makeApp(deps)
  return { finishJobs, ...(await serveHandler(request => app.fetch(request))) }
}
