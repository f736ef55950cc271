import { lazy, Suspense } from 'react'

const Panel = lazy(async () => ({ default: (await import('./menu-panel.tsx')).MenuPanel }))
const CameraPanel = lazy(async () => ({ default: (await import('./camera-panel.tsx')).CameraPanel }))

/** Menu and camera are no part of the first scan by the scanner; they come when they are opened. */
export const Menu = () => (
  <Suspense fallback={null}>
    <Panel />
  </Suspense>
)
export const Camera = () => (
  <Suspense fallback={null}>
    <CameraPanel />
  </Suspense>
)
