/** Whether single letters do something: who dictates or slips on keys turns them off. */

const KEPT_AS = 'tuckbox_letters'

class Keys {
  letters = $state(localStorage.getItem(KEPT_AS) !== 'off')

  choose(letters: boolean): void {
    this.letters = letters
    if (letters) localStorage.removeItem(KEPT_AS)
    else localStorage.setItem(KEPT_AS, 'off')
  }
}

export const keys = new Keys()
