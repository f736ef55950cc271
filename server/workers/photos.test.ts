import { expect, it } from 'vitest'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId } from '../../shared/ids.ts'
import { photoRound } from './photos.ts'

it('[PH13] photos go when they are older than photo.keepDays says, and stay where nothing says it', async () => {
  const [one, two] = [derivedId<'warehouse'>('photos', 1), derivedId<'warehouse'>('photos', 2)]
  const asked: unknown[] = []
  const gone = await photoRound({
    site: {
      warehouses: async () => [
        { id: one, name: 'One' },
        { id: two, name: 'Two' },
      ],
      policies: async id =>
        id === two ? null : { version: 1, warehouse: { ...DEFAULT_POLICY, photo: { keepDays: 180 } }, clients: {} },
    },
    photos: { forget: async (...args) => asked.push(args) },
    now: () => '2027-06-30T12:00:00.000Z',
  })
  expect([gone, asked]).toEqual([1, [[one, '2027-01-01T12:00:00.000Z']]])
})
