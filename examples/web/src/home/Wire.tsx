import type { ReactElement } from 'react'

const bird = 'M0 0c-1.500-11.500 3.800-19 13-20.500l7.500 4-5 1.700c.8 8-3.700 14.400-8.900 15.200z'
const birds = [
  { x: 70, y: 77.5, scale: 1.300, flip: false, warm: false },
  { x: 108, y: 84, scale: 1.050, flip: false, warm: false },
  { x: 268, y: 95, scale: 1.450, flip: true, warm: true },
  { x: 312, y: 93.500, scale: 1.100, flip: false, warm: false },
  { x: 452, y: 83, scale: 1.200, flip: true, warm: false },
] as const

/** The birds of the start page. */
export function Wire(): ReactElement {
  return (
    <svg className="wire" viewBox="0 0 560 130" aria-hidden="true">
      <path className="wire-line" d="M-10 60Q270 130 570 60" />
      <path className="wire-line wire-line-far" d="M-10 96Q300 132 570 84" />
      {birds.map(({ x, y, scale, flip, warm }) => (
        <path
          key={x}
          className={warm ? 'wire-bird wire-bird-warm' : 'wire-bird'}
          d={bird}
          transform={`translate(${x} ${y}) scale(${flip ? -scale : scale} ${scale})`}
        />
      ))}
    </svg>
  )
}
