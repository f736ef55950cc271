import { describe, expect, it } from 'vitest'
import { keepCamera } from './camera-life.ts'
import type { CameraState } from './camera-life.ts'
import type { CameraEnd, CameraTrouble } from './camera-scanner.ts'

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

const world = (refuse: (n: number) => CameraTrouble | null = () => null, cameras: readonly string[] = ['a', 'b']) => {
  const seen = { opened: 0, stopped: 0, states: [] as string[], chosen: [] as string[] }
  let hidden = false
  let look = (): void => undefined
  let end: (why: CameraEnd) => void = () => undefined
  let later: (() => void) | null = null
  let last: CameraState = { kind: 'opening' }
  let dark: (isDark: boolean) => void = () => undefined
  const told = (state: CameraState): void => {
    last = state
    seen.states.push(state.kind === 'failed' ? `failed ${state.why}` : state.kind)
  }
  const start = () =>
    keepCamera({
      open: async (onEnd, onDark) => {
        seen.opened += 1
        const trouble = refuse(seen.opened)
        if (trouble !== null) throw new Error(trouble)
        end = onEnd
        dark = onDark
        const device = seen.chosen.at(-1) ?? 'a'
        return { stop: async () => void (seen.stopped += 1), torch: null, device, cameras }
      },
      choose: id => void seen.chosen.push(id),
      troubleOf: error => (error as Error).message as CameraTrouble,
      isHidden: () => hidden,
      watchPage: listener => {
        look = listener
        return () => {
          look = () => undefined
        }
      },
      timer: {
        after: (_, run) => {
          later = run
          return () => {
            later = null
          }
        },
      },
      changed: told,
    })
  return {
    seen,
    start,
    state: () => last,
    darken: (isDark: boolean) => dark(isDark),
    hide: async (to: boolean) => {
      hidden = to
      look()
      await settled()
    },
    end: async (why: CameraEnd) => {
      end(why)
      await settled()
    },
    wait: async () => {
      later?.()
      later = null
      await settled()
    },
  }
}

describe('a camera that a screen wants', () => {
  it('[K44] is closed while the page is hidden and opened again with it, once each however often that is told', async () => {
    const { seen, start, hide } = world()
    const life = start()
    await settled()
    await hide(true)
    await hide(true)
    expect(seen).toMatchObject({ opened: 1, stopped: 1 })
    await hide(false)
    expect(seen).toMatchObject({ opened: 2, stopped: 1, states: ['opening', 'open', 'hidden', 'opening', 'open'] })
    life.stop()
    await hide(true)
    await hide(false)
    expect(seen).toMatchObject({ opened: 2, stopped: 2 })
  })

  it('[K44] that comes late, after the page was hidden or left, is closed at once', async () => {
    const { seen, start, hide } = world()
    const life = start()
    const hiding = hide(true)
    await hiding
    expect(seen).toMatchObject({ opened: 1, stopped: 1, states: ['opening', 'hidden'] })
    life.stop()
    const other = world()
    other.start().stop()
    await settled()
    expect(other.seen).toMatchObject({ opened: 1, stopped: 1, states: ['opening'] })
  })

  it('[K45] whose picture is lost is opened again by itself, twice; then a person is told', async () => {
    const { seen, start, end, wait, hide } = world()
    start()
    await settled()
    for (let n = 0; n < 2; n += 1) {
      await end('picture')
      await wait()
    }
    expect([seen.opened, seen.states.at(-1)]).toEqual([3, 'open'])
    await end('picture')
    await wait()
    expect([seen.opened, seen.states.at(-1)]).toEqual([3, 'failed picture'])
    await hide(true)
    await hide(false)
    expect([seen.opened, seen.states.at(-1)]).toEqual([4, 'open'])
  })

  it('[K45] that another app has is tried again; one that is forbidden, not there or cannot decode is not asked for in a loop', async () => {
    const used = world(n => (n === 1 ? 'inUse' : null))
    used.start()
    await settled()
    await used.wait()
    expect(used.seen.states).toEqual(['opening', 'opening', 'opening', 'open'])
    for (const trouble of ['notAllowed', 'notFound', 'insecure'] as const) {
      const { seen, start, wait } = world(() => trouble)
      start()
      await settled()
      await wait()
      expect(seen).toMatchObject({ opened: 1, states: ['opening', `failed ${trouble}`] })
    }
    const deaf = world()
    deaf.start()
    await settled()
    await deaf.end('decoder')
    await deaf.wait()
    expect([deaf.seen.opened, deaf.seen.states.at(-1)]).toEqual([1, 'failed decoder'])
  })

  it('[K47] is closed and the next one opened at a key, round and round; alone it has no such key', async () => {
    const { seen, start, state } = world()
    start()
    await settled()
    for (const next of ['b', 'a']) {
      const open = state()
      if (open.kind !== 'open') throw new Error(open.kind)
      open.other?.()
      await settled()
      expect(seen.chosen.at(-1)).toBe(next)
    }
    expect(seen).toMatchObject({ opened: 3, stopped: 2 })
    const alone = world(() => null, ['a'])
    alone.start()
    await settled()
    expect(alone.state()).toMatchObject({ kind: 'open', other: null })
  })

  it('[K50] is said to be dark as long as it is, and the next one is not', async () => {
    const { start, state, darken } = world()
    start()
    await settled()
    darken(true)
    const open = state()
    expect(open).toMatchObject({ kind: 'open', isDark: true })
    const late = darken
    if (open.kind === 'open') open.other?.()
    await settled()
    expect(state()).toMatchObject({ kind: 'open', isDark: false })
    late(false)
    expect(state()).toMatchObject({ kind: 'open', isDark: false })
  })
})
