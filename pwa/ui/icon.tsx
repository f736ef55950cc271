/** Drawn here and not taken from a font: a handheld's fonts lack half of these signs. */
const PATHS = {
  back: 'M15 5l-7 7 7 7',
  menu: 'M4 6h16M4 12h16M4 18h16',
  sent: 'M12 8a4 4 0 1 0 .01 0',
  waiting: 'M12 4a8 8 0 1 0 .01 0M12 8v4l3 2',
  offline: 'M7 18a4 4 0 0 1 0-8 5 5 0 0 1 9-1 4.5 4.5 0 0 1 1 9zM4 4l16 16',
  late: 'M12 4a8 8 0 1 0 .01 0M12 8v5M12 16v.5',
  needsMe: 'M12 4l9 16H3zM12 10v5M12 17.5v.5',
  light: 'M8 3h8v4l-2 4v10h-4V11L8 7zM12 13v3',
  turn: 'M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5',
  muted: 'M4 10v4h4l5 4V6l-5 4zM16 9l5 6M21 9l-5 6',
} as const
export type IconName = keyof typeof PATHS

export const Icon = ({ name, flips = false }: { name: IconName; flips?: boolean }) => (
  <svg
    viewBox="0 0 24 24"
    width="28"
    height="28"
    fill={name === 'sent' ? 'currentColor' : 'none'}
    stroke="currentColor"
    strokeWidth="2"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
    {...(flips ? { className: 'flips' } : {})}
  >
    <path d={PATHS[name]} />
  </svg>
)
