import { byId } from './element.js'

/**
 * The ways in which files come onto the page: chosen, dropped anywhere, pasted.
 *
 * @param {(files: File[]) => void} add
 * @param {() => boolean} isOpen whether files are taken at the moment
 */
export function takeFiles(add, isOpen) {
  const drop = byId('drop')
  const input = byId('files', HTMLInputElement)

  /**
   * @param {File[]} files
   * @param {string} [problem]
   */
  function take(files, problem = '') {
    byId('drop-problem').textContent = problem
    if (files.length > 0) add(files)
  }

  byId('choose').addEventListener('click', () => input.click())
  input.addEventListener('change', () => {
    take([...(input.files ?? [])])
    // So that the same file can be chosen again.
    input.value = ''
  })

  // On the whole page: a file that misses the field would make the browser leave for it.
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    const carriesFiles = isOpen() && event.dataTransfer?.types.includes('Files')
    if (event.dataTransfer) event.dataTransfer.dropEffect = carriesFiles ? 'copy' : 'none'
    drop.classList.toggle('over', carriesFiles)
  })
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) drop.classList.remove('over')
  })
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    drop.classList.remove('over')
    if (!isOpen() || event.dataTransfer === null) return
    const items = [...event.dataTransfer.items].filter(({ kind }) => kind === 'file')
    const folders = items.filter((item) => item.webkitGetAsEntry()?.isDirectory)
    const files = items.filter((item) => !folders.includes(item)).flatMap((item) => item.getAsFile() ?? [])
    if (folders.length > 0) take(files, 'A folder can’t be taken: open it, and drop the pictures in it.')
    else take(files, files.length > 0 ? '' : 'What was dropped is not a file. Save the picture first, then drop the file.')
  })

  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (!isOpen() || files.length === 0) return
    event.preventDefault()
    take(files)
  })
}
