/** The paths of a small line of numbers. */

/** Room for the width of the line itself. */
const EDGE = 1

const rounded = (value: number): number => Math.round(value * 100) / 100

/** The points of the line: the greatest value touches the top, nothing is at the bottom. */
function points(values: number[], width: number, height: number): string[] {
  const most = Math.max(1, ...values)
  const step = values.length > 1 ? width / (values.length - 1) : width
  return values.map((value, at) => {
    const y = height - EDGE - (value / most) * (height - 2 * EDGE)
    return `${rounded(at * step)} ${rounded(y)}`
  })
}

/** The line from value to value; one value alone is a level line. */
export function line(values: number[], width: number, height: number): string {
  if (values.length === 0) return ''
  const found = points(values, width, height)
  const [only = ''] = found
  return found.length === 1 ? `M${only}H${width}` : `M${found.join('L')}`
}

/** What lies below the line. */
export function area(values: number[], width: number, height: number): string {
  return values.length === 0 ? '' : `${line(values, width, height)}V${height}H0Z`
}
