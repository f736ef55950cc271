import type { Dice } from './random.ts'
import type { Schedule } from './schedule.ts'

/** One process of a handheld, from its start to the crash. What a dead process waits for never comes. */
export type Life = {
  dice: Dice
  /** Transactions and reads under way: while there are none, memory and stores tell the same. */
  busy: number
  alive(): boolean
  end(): void
  wait(ms: number): Promise<void>
  after(ms: number, run: () => void): () => void
  read<T>(run: () => Promise<T>): Promise<T>
  isFull(): boolean
  changed(): void
}

const never = new Promise<never>(() => undefined)

export const makeLife = (schedule: Schedule, dice: Dice, isFull: () => boolean, changed: () => void): Life => {
  let alive = true
  const life: Life = {
    dice,
    busy: 0,
    alive: () => alive,
    end: () => {
      alive = false
    },
    wait: ms => new Promise(resolve => schedule.after(ms, () => alive && resolve())),
    after: (ms, run) => {
      let on = true
      schedule.after(ms, () => {
        if (on && alive) run()
      })
      return () => {
        on = false
      }
    },
    read: async run => {
      // Now and then a read takes time as well, so that something else gets in between.
      if (!alive) return never
      if (dice.chance(0.1)) {
        life.busy += 1
        await life.wait(dice.int(4))
        life.busy -= 1
      }
      return run()
    },
    isFull,
    changed,
  }
  return life
}
