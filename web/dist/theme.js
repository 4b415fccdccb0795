// Runs before the first paint: a theme that was chosen by hand must not flash. Everything else follows the system.
try {
  const theme = localStorage.getItem('porthole-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {}
