import { html } from 'hono/html'
import type { Markup } from './page.ts'

export const messagePage = (title: string, text: string): Markup =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} · Leadline</title>
        <link rel="icon" href="/icon.svg" />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header><a class="brand" href="/">Leadline</a></header>
        <main>
          <h1>${title}</h1>
          <p class="empty">${text}</p>
        </main>
      </body>
    </html>`
