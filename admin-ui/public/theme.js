// The theme that was chosen, before anything is painted. A file of its own, since the policy forbids inline scripts.
try {
  const theme = localStorage.getItem('tuckbox_theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is closed: the system decides.
}
