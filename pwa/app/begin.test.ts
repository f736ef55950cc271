import { expect, test } from 'vitest'
import { fakeHandheld } from '../../test/support/fake-handheld.ts'
import { begin } from './begin.ts'

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve()
}

test('[HH16] what could not be begun is begun when the network is back or somebody logs in, once, and not asked for in between', async () => {
  const { handheld, setStatus } = fakeHandheld()
  setStatus({ link: 'offline' })
  let tries = 0
  let isThere = false
  let begun = false
  void begin(handheld, async () => {
    tries += 1
    if (!isThere) throw new TypeError('Failed to fetch dynamically imported module')
  }).then(() => (begun = true))
  await settle()
  expect([tries, begun]).toEqual([1, false])
  for (const waiting of [1, 2, 3]) setStatus({ waiting })
  await settle()
  expect(tries).toBe(1)
  await handheld.logIn('XBANNA')
  await settle()
  expect([tries, begun]).toEqual([2, false])
  isThere = true
  setStatus({ link: 'online' })
  await settle()
  expect([tries, begun]).toEqual([3, true])
  setStatus({ link: 'offline' })
  await handheld.logOut()
  await settle()
  expect(tries).toBe(3)
})

test('[HH16] a network that comes back while it is being tried is not missed', async () => {
  const { handheld, setStatus } = fakeHandheld()
  setStatus({ link: 'offline' })
  let fail = (): void => undefined
  let tries = 0
  const done = begin(handheld, () => {
    tries += 1
    return tries > 1 ? Promise.resolve() : new Promise((_, reject) => (fail = () => reject(new Error('gone'))))
  })
  setStatus({ link: 'online' })
  expect(tries).toBe(1)
  fail()
  await done
  expect(tries).toBe(2)
})
