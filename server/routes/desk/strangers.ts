import * as v from 'valibot'
import { strangerActSchema, strangerDoneSchema, strangersSchema } from '../../../shared/desk/strangers.ts'
import type { StrangerAct, StrangerDone } from '../../../shared/desk/strangers.ts'
import type { Role } from '../../../shared/roles.ts'
import { giveStrangers, openRescue } from '../../sync/rescue.ts'
import { sendJson } from '../answer.ts'
import type { AppDeps } from '../deps.ts'
import type { AtDesk } from '../desk-door.ts'
import { deskEndpoint, json } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { rescueDeps } from '../rescue.ts'
import { ofAllClients, view } from './parts.ts'

const DECIDERS: readonly Role[] = ['supervisor', 'administrator']

export const STRANGER_ENDPOINTS = [
  view(
    {
      path: '/api/desk/rescues',
      summary: 'What was rescued of handhelds that are not known here, with what its steps say, and what was decided.',
      query: v.object({}),
      answer: strangersSchema,
      roles: DECIDERS,
    },
    async (at, _, { stores }) => {
      ofAllClients(at)
      return stores.rescues.strangers(at.warehouse)
    },
  ),
  deskEndpoint(
    {
      method: 'POST',
      path: '/api/desk/rescues',
      summary:
        'Opens such a rescue again, keeps its steps with a handheld of the warehouse, or puts it aside with words. Nothing of it is booked by a person.',
      body: json(4096, strangerActSchema),
      roles: DECIDERS,
      answers: { 200: { description: 'What became of it', schema: strangerDoneSchema } },
      refusals: ['role', 'not_found'],
    },
    async ({ c, deps, body, who, warehouse }) => {
      ofAllClients({ who })
      return sendJson(c, await decided(deps, { who, warehouse }, body))
    },
  ),
]

type At = Pick<AtDesk, 'who' | 'warehouse'>

const decided = async (deps: AppDeps, at: At, act: StrangerAct): Promise<StrangerDone> => {
  const { rescues } = deps.stores
  const text = await rescues.textOf(act.series)
  if (text === null) throw refused('not_found', 'There is no such rescue.')
  if (act.choice === 'again') return openedAgain(deps, at, act, text)
  const to = act.choice === 'give' ? await deviceOf(deps, at, act.to) : null
  const { series, device, words } = act
  const isMine = await rescues.settleStranger(
    { warehouse: at.warehouse, now: deps.now(), worker: at.who.id },
    { series, device, words, state: act.choice === 'give' ? 'given' : 'aside', to: to?.id ?? null },
  )
  if (!isMine) return { outcome: 'stale', steps: 0, booked: 0 }
  const steps = to === null ? 0 : await giveStrangers(rescueDeps(deps), { series, device, text }, to)
  return { outcome: 'done', steps, booked: 0 }
}

const deviceOf = async ({ stores }: AppDeps, { warehouse }: At, id: Parameters<typeof stores.devices.get>[0]) => {
  const device = await stores.devices.get(id)
  if (device === null || device.warehouse !== warehouse) throw refused('not_found', 'There is no such handheld.')
  return device
}

/** Once more by the rule of all rescues: what its handheld has signed is handled as its push. */
const openedAgain = async (
  deps: AppDeps,
  { warehouse }: At,
  { series, device }: StrangerAct,
  text: string,
): Promise<StrangerDone> => {
  const row = (await deps.stores.rescues.strangers(warehouse)).rows.find(
    one => one.series === series && one.device === device,
  )
  if (row === undefined) throw refused('not_found', 'There is no such rescue.')
  if (row.state !== 'waits') return { outcome: 'stale', steps: 0, booked: 0 }
  const known = device === '' ? null : await deps.stores.devices.get(device)
  if (known === null) return { outcome: 'unknown', steps: row.steps, booked: 0 }
  const { steps, booked } = await openRescue(rescueDeps(deps), series, text)
  return { outcome: 'done', steps, booked }
}
