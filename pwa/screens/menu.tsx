import { lazy, Suspense } from 'react'

const Panel = lazy(async () => ({ default: (await import('./menu-panel.tsx')).MenuPanel }))

/** The menu is no part of the first scan; it comes when it is opened. */
export const Menu = () => (
  <Suspense fallback={null}>
    <Panel />
  </Suspense>
)
