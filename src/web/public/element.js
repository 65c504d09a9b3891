/**
 * Makes an element. Text becomes text nodes and never markup, wherever it came from.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {{ [attribute: string]: string | number | boolean | undefined }} attributes `true` sets an empty one; `false` and undefined none
 * @param {...(Node | string | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value))
  }
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/**
 * @param {string} label
 * @param {() => void} pressed
 * @param {{ class?: string, describes?: string }} [options] `describes`: what it acts on, for those who hear it alone
 */
export function button(label, pressed, { class: name, describes } = {}) {
  const made = element('button', { type: 'button', class: name, 'aria-label': describes && `${label}: ${describes}` }, label)
  made.addEventListener('click', pressed)
  return made
}

/**
 * An element of the page that is always there.
 *
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [type]
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id)
  const expected = type ?? HTMLElement
  if (!(found instanceof expected)) throw new Error(`The page has no ${expected.name} “${id}”`)
  return /** @type {T} */ (/** @type {unknown} */ (found))
}
