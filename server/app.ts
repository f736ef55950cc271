import { Hono } from 'hono'
import type { Context } from 'hono'
import { describeRoute, openAPIRouteHandler } from 'hono-openapi'
import { REFUSALS } from '../shared/exception.ts'
import type { RefusalCode } from '../shared/exception.ts'
import { HEADERS } from '../shared/sync/enrol.ts'
import type { Refusal } from '../shared/sync/wire.ts'
import { addDemoRoutes } from './demo/demo-routes.ts'
import { codeEndpoint } from './routes/admin.ts'
import { callsEndpoint, logsEndpoint } from './routes/calls.ts'
import { blocksEndpoint, manifestEndpoint } from './routes/catalogue.ts'
import { decisionsEndpoint } from './routes/decisions.ts'
import type { AppDeps } from './routes/deps.ts'
import { deskEndpoints } from './routes/desk/index.ts'
import { addDocs } from './routes/docs.ts'
import type { Endpoint } from './routes/endpoint.ts'
import { erpHookEndpoint } from './routes/erp/hooks.ts'
import { erpRecordsEndpoint } from './routes/erp/records.ts'
import { ERP_ENDPOINTS } from './routes/erp/index.ts'
import { enrolEndpoint, tokenEndpoint } from './routes/enrol.ts'
import { eventsEndpoint } from './routes/events.ts'
import { exceptionsEndpoint, settleEndpoint } from './routes/exceptions.ts'
import { facesEndpoint, fillEndpoint } from './routes/faces.ts'
import { headers } from './routes/headers.ts'
import { healthEndpoint } from './routes/health.ts'
import { labelsPdfEndpoint } from './routes/labels-pdf.ts'
import { KPI_ENDPOINTS } from './routes/kpi.ts'
import { leasesEndpoint } from './routes/leases.ts'
import { movesEndpoint } from './routes/moves.ts'
import { note } from './routes/noted.ts'
import { observe } from './routes/observe.ts'
import { describe, SPEC_OPTIONS } from './routes/openapi.ts'
import { metricsEndpoint, readyEndpoint } from './routes/ops.ts'
import { changeOwnSettingsEndpoint, ownSettingsEndpoint } from './routes/own-settings.ts'
import { pastEndpoint } from './routes/past.ts'
import { photoEndpoint, uploadPhotoEndpoint } from './routes/photos.ts'
import { pictureEndpoint } from './routes/pictures.ts'
import {
  changePolicyEndpoint,
  policiesEndpoint,
  policyVersionsEndpoint,
  restorePolicyEndpoint,
} from './routes/policies.ts'
import { PRINT_ENDPOINTS } from './routes/printers.ts'
import { isRefused, refused, STATUS } from './routes/refused.ts'
import type { Refused } from './routes/refused.ts'
import { quarantineEndpoint, rescueEndpoint } from './routes/rescue.ts'
import { snapshotEndpoint } from './routes/snapshot.ts'
import { sendApp } from './routes/static.ts'
import { syncEndpoint } from './routes/sync.ts'
import { variancesEndpoint } from './routes/variances.ts'

/** Every route of the API. What a route may keep between requests (allowances, who is in flight) is made here, once per app. */
export const endpoints = (): readonly Endpoint[] => [
  syncEndpoint(),
  snapshotEndpoint(),
  manifestEndpoint,
  blocksEndpoint,
  eventsEndpoint,
  leasesEndpoint,
  pastEndpoint,
  movesEndpoint,
  ownSettingsEndpoint,
  changeOwnSettingsEndpoint,
  callsEndpoint,
  logsEndpoint,
  facesEndpoint,
  fillEndpoint,
  variancesEndpoint,
  decisionsEndpoint,
  exceptionsEndpoint,
  settleEndpoint,
  policiesEndpoint,
  changePolicyEndpoint,
  policyVersionsEndpoint,
  restorePolicyEndpoint,
  uploadPhotoEndpoint,
  photoEndpoint,
  pictureEndpoint,
  ...KPI_ENDPOINTS,
  ...ERP_ENDPOINTS,
  erpHookEndpoint(),
  erpRecordsEndpoint(),
  ...deskEndpoints(),
  ...PRINT_ENDPOINTS,
  labelsPdfEndpoint,
  quarantineEndpoint(),
  enrolEndpoint(),
  tokenEndpoint(),
  rescueEndpoint(),
  healthEndpoint,
  readyEndpoint,
  metricsEndpoint,
  codeEndpoint,
]

/** Parse → call → answer. No rules, no SQL; everything that touches the world comes in. */
export const makeApp = (deps: AppDeps): Hono => {
  const app = new Hono()
  app.use(observe(deps))
  app.use(headers)
  for (const endpoint of endpoints())
    app.on(endpoint.method, endpoint.path, describeRoute(describe(endpoint)), c => {
      note(c, { route: endpoint.path })
      return endpoint.run(c, deps)
    })
  const description = describeRoute({
    summary: 'This description.',
    tags: ['open'],
    security: [],
    responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } } },
  })
  app.get('/api/openapi.json', description, openAPIRouteHandler(app, SPEC_OPTIONS))
  addDocs(app)
  app.all('/api/*', () => {
    throw refused('not_found')
  })
  if (deps.demo) addDemoRoutes(app, deps.demo)
  app.get('*', async c => {
    const answer = deps.files ? await sendApp(c, deps.files) : null
    return answer ?? c.text(deps.files ? 'Not found' : 'The app is not built: run npm run build.', 404)
  })
  app.onError((error, c) => (isRefused(error) ? answerRefusal(c, deps, error) : answerFault(c, deps, error)))
  return app
}

const answerRefusal = (c: Context, deps: AppDeps, { refusal, message, retryAfterS }: Refused): Response => {
  const nonce = refusal === 'use_nonce' ? { nonce: deps.nonces.issue(deps.now()) } : {}
  if (nonce.nonce !== undefined) c.header(HEADERS.nonce, nonce.nonce)
  if (retryAfterS !== null) c.header('retry-after', String(retryAfterS))
  return c.json({ code: refusal, message, ...nonce } satisfies Refusal, STATUS[refusal])
}

/** Logged once, under an id that the reader can name; what broke is nobody else's business. */
const answerFault = (c: Context, deps: AppDeps, error: Error): Response => {
  const id = Buffer.from(deps.random(6)).toString('hex')
  deps.log.error({ id, method: c.req.method, path: c.req.path, err: error }, 'a request failed')
  return c.json({ code: 'fault' satisfies RefusalCode, message: REFUSALS.fault, id } satisfies Refusal, STATUS.fault)
}
