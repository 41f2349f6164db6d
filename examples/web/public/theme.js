// Before the first paint: the theme the visitor chose, or none to follow the system's.
try {
  const theme = localStorage.getItem('roost.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // No storage: follow the system.
}
