/** How cli_wallet names the age of a block. */
const plural = (count: number, unit: string): string => `${count} ${unit}${count > 1 ? 's' : ''}`;

/** A time as cli_wallet tells it: "39 seconds in the future", "0 second old" (fc get_approximate_relative_time_string). */
export function relativeTime(event: number, now: number, past = ' ago'): string {
  const difference = now - event;
  const suffix = difference < 0 ? ' in the future' : past;
  const seconds = Math.abs(difference);
  if (seconds < 90) return plural(seconds, 'second') + suffix;
  const minutes = Math.floor((seconds + 30) / 60);
  if (minutes < 90) return plural(minutes, 'minute') + suffix;
  const hours = Math.floor((minutes + 30) / 60);
  if (hours < 90) return plural(hours, 'hour') + suffix;
  const days = Math.floor((hours + 12) / 24);
  return plural(days, 'day') + suffix;
}
