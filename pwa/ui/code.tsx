import type { ReactNode } from 'react'

/**
 * Every code on every screen. Without the isolation a right-to-left page draws 12-A-03 as A-03-12 and the picker walks to
 * the wrong place; without translate=no a browser "translates" article numbers.
 */
export const Code = ({ children }: { children: ReactNode }) => (
  <bdi dir="ltr" translate="no" lang="zxx" className="code">
    {children}
  </bdi>
)
