// The tests of the page: the built files, a headless Chromium, and a real node for each file of tests.

import { existsSync } from 'node:fs';

import { defineConfig } from '@playwright/test';

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
    baseURL: `http://127.0.0.1:${process.env.EXPLORER_PORT}`,
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox'] },
  },
  webServer: {
    // A free port, which Playwright reads from what this prints, and gives the tests as EXPLORER_PORT.
    command: 'npx vite preview --host 127.0.0.1 --port 0 --strictPort',
    wait: { stdout: /http:\/\/127\.0\.0\.1:(?<explorer_port>\d+)/ },
    // Colours would be among the digits.
    env: { NO_COLOR: '1' },
    timeout: 300_000,
  },
});
