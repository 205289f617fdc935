/** The language that somebody reads code in, from one page to the next. */
import { LANGUAGES, type Language } from '../../code/language'

const KEY = 'tuckbox_code_language'

class Chosen {
  #language: Language = $state(kept())

  get language(): Language {
    return this.#language
  }

  set language(language: Language) {
    this.#language = language
    try {
      localStorage.setItem(KEY, language)
    } catch {
      // A browser that keeps nothing asks again.
    }
  }
}

function kept(): Language {
  try {
    return LANGUAGES.find(({ value }) => value === localStorage.getItem(KEY))?.value ?? 'curl'
  } catch {
    return 'curl'
  }
}

export const chosen = new Chosen()
