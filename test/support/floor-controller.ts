import { createController } from '../../pwa/app/controller.ts'
import type { FeedbackEvent } from '../../pwa/app/events.ts'
import { floor } from '../../pwa/app/floor.ts'
import { PROCESSES } from '../../shared/process/index.ts'
import { fakeHandheld, plainResolver, wedgeScan } from './fake-handheld.ts'
import { virtualTime } from './handheld-world.ts'

type Fake = ReturnType<typeof fakeHandheld>
type Given = { fake?: Fake; handheld?: Fake['handheld']; lastTouch?: number | null }

/** The loop of a handheld on a fake one, with a clock that a test turns; what it plays and what photos it names are kept. */
export const floorController = ({ fake = fakeHandheld(), handheld = fake.handheld, lastTouch = null }: Given = {}) => {
  const named: unknown[] = []
  const heard: FeedbackEvent[] = []
  const time = virtualTime()
  let touched = lastTouch
  const controller = createController(
    {
      handheld,
      resolver: plainResolver,
      feedback: {
        play: event => {
          heard.push(event)
          fake.journal.push(event)
        },
      },
      clock: time.clock,
      timer: time.timer,
      lastTouch: { get: () => touched, set: at => (touched = at) },
      processes: PROCESSES,
      photos: { appended: drafts => void named.push(drafts) },
      setUpAgain: async () => 'ok',
    },
    () => floor,
  )
  /** Scans far enough apart that none is taken for the same again. */
  const scan = async (...texts: string[]): Promise<void> => {
    for (const text of texts) {
      await time.advance(1000)
      await controller.scan(wedgeScan(text))
    }
  }
  const type = async (keys: string): Promise<void> => {
    for (const key of keys) await controller.typeKey(key)
    await controller.typeKey('Enter')
  }
  const state = () => controller.state()
  return {
    ...fake,
    controller,
    time,
    heard,
    named,
    scan,
    type,
    state,
    touched: () => touched,
    band: () => state().band?.say.key,
    said: () => state().band?.say,
  }
}
