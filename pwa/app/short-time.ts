const two = (n: number): string => String(n).padStart(2, '0')

/** "10:41", with the day in front where it was not today; in the time of the place, with figures that read alike in every language. */
export const shortTime = (iso: string, now: string): string => {
  const at = new Date(iso)
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  return at.toDateString() === new Date(now).toDateString()
    ? time
    : `${two(at.getDate())}.${two(at.getMonth() + 1)}. ${time}`
}
