import { expect, test } from 'vitest'
import { makeSender } from './send.ts'

const lines = Array.from({ length: 40 }, (_, i) => JSON.stringify({ line: i, text: 'x'.repeat(40) }))
const text = lines.join('\n')

const world = (
  answer: (n: number, path: string) => { status: number; retryAfter?: number; opened?: object } | null,
) => {
  const posts: { path: string; body: string }[] = []
  const seen: string[] = []
  const pauses: number[] = []
  const send = makeSender(
    {
      post: async (path, body) => {
        posts.push({ path, body })
        const said = answer(posts.length, path)
        if (said === null) throw new TypeError('no network')
        const { status, retryAfter = null, opened = null } = said
        return { status, retryAfter, body: { kept: true, opened } }
      },
      pause: async seconds => void pauses.push(seconds),
      progress: (done, parts) => void seen.push(`${done}/${parts}`),
    },
    2000,
  )
  return { send, posts, seen, pauses }
}
const OPENED = { steps: 40, known: 1, booked: 39, inbox: 0, waits: 0 }

test('[F6] a queue goes in parts under one name, with progress, and the last one brings what became of it', async () => {
  const { send, posts, seen } = world((_, path) => ({
    status: 200,
    ...(/part=(\d+)&parts=\1$/.test(path) ? { opened: OPENED } : {}),
  }))
  expect(await send(text)).toEqual({ kind: 'sent', opened: OPENED })
  expect(posts.length).toBeGreaterThan(2)
  expect(posts.map(post => post.body).join('\n')).toBe(text)
  expect(new Set(posts.map(post => /series=(\w{64})/.exec(post.path)?.[1])).size).toBe(1)
  expect(seen.at(-1)).toBe(`${posts.length}/${posts.length}`)
})

test('[F6] where the network goes in between, the next press sends what is missing only', async () => {
  const { send, posts } = world(n => (n === 3 ? null : { status: 200 }))
  expect(await send(text)).toEqual({ kind: 'offline' })
  const before = posts.length
  expect(await send(text)).toMatchObject({ kind: 'sent' })
  expect(posts[before]?.path).toContain('part=3&')
})

test('[F6] a busy door is waited for as long as it says, and not for ever', async () => {
  const busy = world(n => (n === 2 ? { status: 429, retryAfter: 7 } : { status: 200 }))
  expect(await busy.send(text)).toMatchObject({ kind: 'sent' })
  expect(busy.pauses).toEqual([7])
  const shut = world(() => ({ status: 429, retryAfter: 900 }))
  expect(await shut.send(text)).toEqual({ kind: 'refused', status: 429 })
  expect([shut.pauses.length, Math.max(...shut.pauses)]).toEqual([20, 60])
  expect(await world(() => ({ status: 413 })).send(text)).toEqual({ kind: 'refused', status: 413 })
})
