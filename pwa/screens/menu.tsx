import { Suspense } from 'react'
import { late, lateWithHand, MissingPart } from './late.tsx'

const Panel = lateWithHand(async () => (await import('./menu-panel.tsx')).MenuPanel, MissingPart)

/** Menu and camera are no part of the first scan by the scanner; they come when they are opened. */
export const Menu = () => (
  <Suspense fallback={null}>
    <Panel />
  </Suspense>
)
export const Camera = late(async () => (await import('./camera-panel.tsx')).CameraPanel, MissingPart)
