import { expect, test } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import type { Command } from '../../shared/sync/command.ts'
import { detailsOf } from './details.ts'
import { DEFAULTS } from './settings.ts'

test('[HH9] the details for whoever helps hold the state of the handheld, and nothing of people and goods', () => {
  const command = {
    type: 'unmatched',
    scan: 'SECRET-CODE',
    worker: derivedId('worker', 'anna'),
    at: '2027-01-15T10:00:00.000Z',
  } as unknown as Command
  const text = detailsOf({
    version: '1.2.3',
    number: 12,
    warehouse: 'Depot',
    now: '2027-01-15T10:00:00.000Z',
    agent: 'browser',
    page: { width: 360, height: 640, ratio: 2 },
    status: {
      link: 'offline',
      waiting: 4,
      oldest: null,
      lastGoodRound: null,
      needsMe: [{ seq: 7, outcome: 'quarantined', reason: 'broken_chain', command }],
      loading: null,
      storageFull: false,
      emergency: false,
    },
    settings: DEFAULTS,
    checks: null,
    scanner: { terminator: 'Enter' },
    storage: { usage: 1, quota: 2, persists: true },
  })
  expect(JSON.parse(text)).toMatchObject({
    version: '1.2.3',
    status: { waiting: 4, needs: [{ seq: 7, reason: 'broken_chain', type: 'unmatched' }] },
  })
  expect(text).not.toContain('SECRET-CODE')
  expect(text).not.toContain(derivedId('worker', 'anna'))
})
