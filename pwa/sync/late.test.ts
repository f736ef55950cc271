import { expect, test } from 'vitest'
import type { Api } from './api.ts'
import { late } from './late.ts'
import { lateDoorbell } from './late-doorbell.ts'
import { lateNet } from './late-net.ts'
import type { LineNet } from './line.ts'
import { testPorts } from '../../test/support/handheld-world.ts'

const lost = new Error('no network')

test('[H48] a part is loaded once; one that could not be had is tried again by whoever asks next', async () => {
  let loads = 0
  let isThere = false
  const part = late(async () => {
    loads += 1
    if (!isThere) throw lost
    return loads
  })
  await expect(part()).rejects.toBe(lost)
  isThere = true
  expect(await Promise.all([part(), part()])).toEqual([2, 2])
  expect(await part()).toBe(2)
})

test('[H48] as long as the way to the server is not loaded there is no network', async () => {
  let net: Partial<LineNet> | null = null
  const known = lateNet(async () => {
    if (net === null) throw lost
    return net as LineNet
  })
  const take = async (): Promise<void> => undefined
  const asked = [
    known.snapshot(take, []),
    known.manifest(),
    known.blocks(['a']),
    known.quarantine('{}'),
    known.rescue(''),
    known.sync({} as Parameters<LineNet['sync']>[0]),
    known.lease({} as Parameters<LineNet['lease']>[0]),
  ]
  for (const reply of await Promise.all(asked)) expect(reply).toEqual({ kind: 'offline' })
  net = {
    snapshot: async rows => {
      await rows([])
      return { kind: 'offline' }
    },
  }
  const broken = new Error('the store took nothing')
  await expect(known.snapshot(() => Promise.reject(broken), [])).rejects.toBe(broken)
})

test('[H48] a doorbell that comes late rings only while it is started', async () => {
  const rung: string[] = []
  const line = async () => ({
    api: {} as Api,
    makeDoorbell: () => ({ start: () => void rung.push('start'), stop: () => void rung.push('stop') }),
  })
  const { ports } = testPorts()
  const early = lateDoorbell(line, ports, { wake: () => undefined })
  early.start()
  expect(rung).toEqual([])
  await early.load()
  early.stop()
  expect(rung).toEqual(['start', 'stop'])
  const stopped = lateDoorbell(line, ports, { wake: () => undefined })
  stopped.start()
  stopped.stop()
  await stopped.load()
  expect(rung).toEqual(['start', 'stop'])
  stopped.start()
  expect(rung).toEqual(['start', 'stop', 'start'])
})
