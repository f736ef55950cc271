import { rescueQuery, rescuesSchema } from '../../../shared/desk/rescue.ts'
import type { RescuesAnswer } from '../../../shared/desk/rescue.ts'
import { ofAllClients, view } from './parts.ts'

export const rescuesEndpoint = view(
  {
    path: '/api/desk/devices/rescue',
    summary: 'What was rescued of a handheld, when, and how much of it was known, was booked, or waits.',
    query: rescueQuery,
    answer: rescuesSchema,
    roles: ['supervisor', 'administrator'],
  },
  async (at, { device }, { stores }): Promise<RescuesAnswer> => {
    ofAllClients(at)
    return { rows: [...(await stores.rescues.read(at.warehouse, device))] }
  },
)
