import type { ReactElement } from 'react'

const paths = {
  sun: 'M12 4V2m0 20v-2m8-8h2M2 12h2m13.7-5.7 1.400-1.400M4.900 19.100l1.400-1.400m0-11.400L4.900 4.900m14.200 14.200-1.400-1.400M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z',
  moon: 'M20 14.500A8 8 0 0 1 9.500 4 8 8 0 1 0 20 14.500Z',
  send: 'm4 12 16-8-5 16-3.500-6.500L4 12Z',
  plus: 'M12 5v14M5 12h14',
  people: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 8c0-3 2.700-5 6-5s6 2 6 5m1-13.600a3 3 0 0 1 0 5.200M18 14.500c1.800.8 3 2.400 3 4.500',
  rooms: 'M4 6h16M4 12h16M4 18h10',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'M12 5v14m-6-6 6 6 6-6',
  arrow: 'M5 12h14m-6-6 6 6-6 6',
  away: 'M3 3l18 18M8.500 16.500a5 5 0 0 1 7 0M5 13a10 10 0 0 1 5.200-2.800M19 13a10 10 0 0 0-3-2.100M2 9.500A15 15 0 0 1 6.500 6.600M22 9.500A15 15 0 0 0 11 5.600M12 20h.01',
} as const

/** A line icon; it says nothing to screen readers, so what it stands on has a label. */
export function Icon({ name }: { name: keyof typeof paths }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}

/** Two birds on a wire. */
export function Logo(): ReactElement {
  return (
    <svg className="logo" viewBox="0 0 32 24" aria-hidden="true">
      <path className="logo-wire" d="M1 20q15 5 30 0" />
      <path className="logo-bird" d="M6 20c-.7-5.200 1.800-8.600 5.900-9.300l3.500 1.900-2.400.8c.4 3.700-1.700 7-4.100 7.300z" />
      <path className="logo-bird logo-bird-warm" d="M17.500 21.800c-.9-7.200 2.300-11.900 7.900-12.900l4.600 2.500-3.100 1.100c.5 5-2.300 9-5.500 9.500z" />
    </svg>
  )
}
