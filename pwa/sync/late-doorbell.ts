import type { Doorbell } from './doorbell.ts'
import type { Engine } from './engine.ts'
import type { Line } from './line.ts'
import type { Ports } from './ports.ts'

/** Rings from when it is loaded, as long as it is started. */
export const lateDoorbell = (
  line: () => Promise<Pick<Line, 'api' | 'makeDoorbell'>>,
  ports: Pick<Ports, 'clock' | 'timer' | 'random'>,
  engine: Pick<Engine, 'wake'>,
): Doorbell & { load(): Promise<void> } => {
  let bell: Doorbell | null = null
  let isStarted = false
  return {
    load: async () => {
      const { api, makeDoorbell } = await line()
      bell ??= makeDoorbell(api, ports, {
        opened: () => engine.wake('doorbellOpen'),
        rung: n => engine.wake({ n }),
      })
      if (isStarted) bell.start()
    },
    start: () => {
      isStarted = true
      bell?.start()
    },
    stop: () => {
      isStarted = false
      bell?.stop()
    },
  }
}
