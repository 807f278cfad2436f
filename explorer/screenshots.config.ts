// Writes the pictures of docs/explorer.md: npm run screenshots.

import config from './playwright.config';

export default { ...config, testMatch: 'screenshots.ts', timeout: 400_000 };
