import * as v from 'valibot'
import { searchedFor } from '../../../shared/desk/searched.ts'
import {
  auditAnswerSchema,
  auditQuery,
  codesAnswerSchema,
  countsAnswerSchema,
  documentAnswerSchema,
  documentQuery,
  documentsAnswerSchema,
  documentsQuery,
  findAnswerSchema,
  labelAnswerSchema,
  labelQuery,
  labelsAnswerSchema,
  findQuery,
  movementsAnswerSchema,
  movementsQuery,
  namesAnswerSchema,
  namesSchema,
  siteAnswerSchema,
  stockAnswerSchema,
  stockQuery,
} from '../../../shared/desk/view.ts'
import { isUuid } from '../../../shared/ids.ts'
import type { DocumentId } from '../../../shared/ids.ts'
import type { AppDeps } from '../deps.ts'
import { zoneOf } from '../../../shared/policy.ts'
import { sendJson } from '../answer.ts'
import { PRINTERS_ROLES } from '../printers.ts'
import { deskEndpoint, json } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { LOOKERS, ofAllClients, pageOf, view, viewer } from './parts.ts'

const uuidOrNone = (id: string): string => {
  if (id !== '' && !isUuid(id)) throw refused('bad_request', 'This is no id.')
  return id
}

/** Of a document that the person may see. */
const labelsOf = async (at: Parameters<typeof viewer>[0], { stores }: AppDeps, id: DocumentId) => {
  if ((await stores.views.document(viewer(at), id)) === null) throw refused('not_found', 'There is no such document.')
  return stores.carrierLabels.of(at.warehouse, id)
}

export const VIEW_ENDPOINTS = [
  view(
    {
      path: '/api/desk/site',
      summary: 'Names of people, places and clients.',
      query: v.object({}),
      answer: siteAnswerSchema,
    },
    async (at, _, { stores }) => {
      const held = await stores.site.roster(at.warehouse)
      const people = (held?.roster.workers ?? []).map(({ id, name }) => ({ id, name }))
      // Who works here is nothing for a client's people.
      return {
        ...(await stores.views.site(viewer(at))),
        timeZone: zoneOf(await stores.site.policies(at.warehouse)),
        people: at.who.roles.every(role => role === 'client') ? [] : people,
      }
    },
  ),
  view(
    {
      path: '/api/desk/counts',
      summary: 'How much waits for somebody.',
      query: v.object({}),
      answer: countsAnswerSchema,
    },
    async (at, _, { stores, now }) => ({ ...(await stores.views.counts(viewer(at), now())), asOf: now() }),
  ),
  view(
    {
      path: '/api/desk/stock',
      summary: 'Stock rows by place, with what is reserved and held.',
      query: stockQuery,
      answer: stockAnswerSchema,
    },
    (at, query, { stores }) =>
      stores.views.stock(viewer(at), { q: query.q.trim(), sort: query.sort, ...pageOf(query) }),
  ),
  view(
    {
      path: '/api/desk/movements',
      summary: 'Movements of an item, of a place or of both, the newest first.',
      query: movementsQuery,
      answer: movementsAnswerSchema,
    },
    (at, query, { stores }) => {
      // All of them are the whole ledger.
      if (query.item === '' && query.location === '') throw refused('bad_request', 'Name an item or a place.')
      return stores.views.movements(viewer(at), {
        item: uuidOrNone(query.item),
        location: uuidOrNone(query.location),
        ...pageOf(query),
      })
    },
  ),
  view(
    {
      path: '/api/desk/documents',
      summary: 'Orders, deliveries or returns, the first due first.',
      query: documentsQuery,
      answer: documentsAnswerSchema,
    },
    (at, { kind, state, q, sort, ...page }, { stores }) =>
      stores.views.documents(viewer(at), { kind, state, q: q.trim(), sort, ...pageOf(page) }),
  ),
  view(
    {
      path: '/api/desk/document',
      summary: 'One document with its lines, its tasks and what the ERP was told.',
      query: documentQuery,
      answer: documentAnswerSchema,
    },
    async (at, { id }, { stores }) => {
      const found = await stores.views.document(viewer(at), id)
      if (found === null) throw refused('not_found', 'There is no such document.')
      return found
    },
  ),
  view(
    {
      path: '/api/desk/labels',
      summary: 'Labels of carriers that the ERP has brought for an order, the newest first.',
      query: documentQuery,
      answer: labelsAnswerSchema,
    },
    async (at, { id }, deps) => ({
      labels: (await labelsOf(at, deps, id)).map(({ remote, format, tracking }) => ({ remote, format, tracking })),
    }),
  ),
  view(
    {
      path: '/api/desk/label',
      summary: 'One label of a carrier, in base64.',
      query: labelQuery,
      answer: labelAnswerSchema,
    },
    async (at, { id, remote }, deps) => {
      const found = (await labelsOf(at, deps, id)).find(label => label.remote === remote)
      if (found === undefined) throw refused('not_found', 'There is no such label.')
      return { format: found.format, content: found.content }
    },
  ),
  view(
    {
      path: '/api/desk/find',
      summary: 'What a typed or scanned text may mean.',
      query: findQuery,
      answer: findAnswerSchema,
    },
    (at, { q }, { stores, now }) => stores.views.find(viewer(at), searchedFor(q, now().slice(0, 10))),
  ),
  view(
    {
      path: '/api/desk/codes',
      summary: 'Codes that may stand on the labels of goods.',
      query: findQuery,
      answer: codesAnswerSchema,
      roles: PRINTERS_ROLES,
    },
    async (at, { q }, { stores }) => ({ rows: await stores.views.codes(viewer(at), q.trim()) }),
  ),
  view(
    {
      path: '/api/desk/audit',
      summary: 'Decisions, log-ins and changes of people, the newest first.',
      query: auditQuery,
      answer: auditAnswerSchema,
      roles: ['administrator'],
    },
    async (at, query, { stores }) => {
      ofAllClients(at)
      return stores.views.audit(at.warehouse, pageOf(query))
    },
  ),
]

/** POST /api/desk/names: a question, though a long one. */
export const namesEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/names',
    summary: 'Names of items and documents.',
    body: json(64 * 1024, namesSchema),
    roles: LOOKERS,
    answers: { 200: { description: 'Those that there are and that the person may see', schema: namesAnswerSchema } },
  },
  async ({ c, deps, body, who, warehouse }) =>
    sendJson(c, await deps.stores.views.names(viewer({ who, warehouse }), body)),
)
