import { facesAnswerSchema, facesRequestSchema, fillAnswerSchema, fillRequestSchema } from '../../shared/desk/faces.ts'
import { sendJson } from './answer.ts'
import { json, personEndpoint } from './endpoint.ts'
import { refused } from './refused.ts'

/** POST /api/faces: by hand, or by an import from the ERP's reordering rules. */
export const facesEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/faces',
    summary: 'Makes places the pick faces of items, with min and max, or takes that away. All of them or none.',
    body: json(256 * 1024, facesRequestSchema),
    roles: ['supervisor', 'administrator', 'integrator'],
    strictly: true,
    answers: { 200: { description: 'How many places were set', schema: facesAnswerSchema } },
    refusals: ['not_found', 'role'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const { faces } = body
    if (faces.some(({ face }) => face !== null && who.clients?.includes(face.client) === false)) throw refused('role')
    const ok = await deps.stores.work.setFaces({ warehouse, now: deps.now(), worker: who.id, faces })
    if (!ok) throw refused('not_found', 'A place or an item is not here, or the item is of another client.')
    deps.doorbell.ring(warehouse)
    return sendJson(c, { set: faces.length })
  },
)

/** POST /api/faces/fill: a person wants the face full. */
export const fillEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/faces/fill',
    summary: 'Asks for a pick face to be filled up to its max, whatever lies there now.',
    body: json(4096, fillRequestSchema),
    roles: ['supervisor'],
    answers: { 200: { description: 'The task, or none where there is nothing to do', schema: fillAnswerSchema } },
    refusals: ['not_found', 'role'],
  },
  async ({ c, deps, body, warehouse, who }) => {
    const { clients } = who
    const answer = await deps.stores.work.topUp({ warehouse, now: deps.now(), place: body.place, clients })
    if (answer === 'noFace') throw refused('not_found', 'This is no pick face.')
    if (answer !== null) deps.doorbell.ring(warehouse)
    return sendJson(c, { task: answer })
  },
)
