/** What is seen of a picture: how often enlarged, and which point of it (0 to 1 each way) is in the middle. */
export interface View {
  scale: number
  x: number
  y: number
}

export const wholeView: View = { scale: 1, x: 0.5, y: 0.5 }
const maxScale = 24

/** Enlarges by a factor, so that the point of the frame at (atX, atY), 0 to 1 each way, keeps what it shows. */
export function zoomed(view: View, factor: number, atX = 0.5, atY = 0.5): View {
  const scale = Math.min(maxScale, Math.max(1, view.scale * factor))
  const shift = 1 / view.scale - 1 / scale
  return within({ scale, x: view.x + (atX - 0.5) * shift, y: view.y + (atY - 0.5) * shift })
}

/** Moves what is seen by a share of the frame: 1 is the width of it. */
export function moved(view: View, right: number, down: number): View {
  return within({ ...view, x: view.x + right / view.scale, y: view.y + down / view.scale })
}

/** Nothing beside the picture is shown. */
function within({ scale, x, y }: View): View {
  const margin = 0.5 / scale
  const clamp = (value: number) => Math.min(1 - margin, Math.max(margin, value))
  return { scale, x: clamp(x), y: clamp(y) }
}

/** As a CSS transform of the picture, whose origin is its upper left corner. */
export const transformOf = ({ scale, x, y }: View): string => `translate(${(0.5 - x * scale) * 100}%, ${(0.5 - y * scale) * 100}%) scale(${scale})`
