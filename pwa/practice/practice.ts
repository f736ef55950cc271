import { createController } from '../app/controller.ts'
import type { Controller } from '../app/controller.ts'
import { floor } from '../app/floor.ts'
import type { Hearing } from '../app/hearing.ts'
import { makeResolver } from '../app/scan-meaning.ts'
import type { Services } from '../app/services.ts'
import { topOf } from '../app/state.ts'
import { browserClock, browserTimer } from '../sync/browser-ports.ts'
import { fetchRules } from '../sync/rules.ts'
import { practiceHandheld } from './handheld.ts'

export type Practice = { services: Services; hears: Hearing; end: () => void }

const FORGETFUL = { getItem: (): string | null => null, setItem: (): void => undefined }

/** The real screens and rules over made-up goods. Ends with `end`; nothing of it is left behind. */
export const startPractice = async (outer: Services): Promise<Practice> => {
  const rules = await fetchRules()
  const { handheld: real, settings } = outer
  const handheld = practiceHandheld({
    judge: rules.judge,
    language: settings.get().language,
    worker: real.session()?.worker ?? null,
    warehouse: real.warehouse.name,
    now: () => real.now(),
  })
  const port = { loaded: () => rules, load: async () => rules }
  // A second one finds the work already, and must not go back in it.
  const out = async (): Promise<void> => {
    if (topOf(outer.controller.state()).at === 'practice') await outer.controller.press('XCBAK')
  }
  const controller = createController(
    {
      handheld,
      resolver: makeResolver(handheld, port, FORGETFUL),
      feedback: { play: outer.play },
      clock: browserClock,
      timer: browserTimer,
      lastTouch: { get: () => null, set: () => undefined },
      processes: rules.processes,
      out,
      setUpAgain: async () => 'refused',
    },
    () => floor,
  )
  await controller.start()
  const show: Controller['show'] = at => (at === 'practice' ? undefined : controller.show(at))
  return {
    services: {
      ...outer,
      controller: { ...controller, show },
      subscribe: controller.subscribe,
      handheld,
      // Those of the work may not be there before the log-in.
      processes: rules.processes,
      // A photo of the practice would be a photo that is sent.
      photos: () => Promise.reject(new Error('no photos in practice')),
      // Nor does the server know of its goods.
      moves: async () => ({ moves: [], hidden: false }),
    },
    hears: controller,
    end: () => controller.stop(),
  }
}
