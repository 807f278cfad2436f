// The tests of the page: the built files, a headless Chromium, and a real node for each file of tests.

import { existsSync } from 'node:fs';

import { defineConfig } from '@playwright/test';

const PORT = Number(process.env.EXPLORER_PORT ?? 19720);
/** Where distributions put it. Without one, Playwright takes its own, which `npx playwright install chromium` fetches. */
const CHROMIUM = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM ?? CHROMIUM.find((path) => existsSync(path));

export default defineConfig({
  testDir: 'test',
  workers: 1,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  forbidOnly: true,
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox'] },
  },
  webServer: {
    command: `npx vite preview --host 127.0.0.1 --port ${PORT} --strictPort`,
    port: PORT,
    reuseExistingServer: false,
  },
});
