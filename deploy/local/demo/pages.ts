/** A page of the demo site: its file in `content/` and what its head says. */
export interface Page {
  readonly path: string
  readonly file: string
  readonly title: string
  readonly description: string
}

export const PAGES: readonly Page[] = [
  {
    path: '/',
    file: 'home.html',
    title: 'Berthwise: dock scheduling for busy warehouses',
    description:
      'Carriers book their own dock times, the yard sees who is next, and nobody waits at the gate.',
  },
  {
    path: '/pricing',
    file: 'pricing.html',
    title: 'Pricing · Berthwise',
    description: 'Per dock, per month. No charge for carriers.',
  },
  {
    path: '/docs',
    file: 'docs-start.html',
    title: 'Quick start · Berthwise docs',
    description: 'From an empty account to the first booked dock in ten minutes.',
  },
  {
    path: '/docs/booking-rules',
    file: 'docs-booking-rules.html',
    title: 'Booking rules · Berthwise docs',
    description: 'Who may book which dock, when, and for how long.',
  },
  {
    path: '/docs/gate-screen',
    file: 'docs-gate-screen.html',
    title: 'Gate screen · Berthwise docs',
    description: 'One screen for the people at the gate.',
  },
  {
    path: '/sign-up',
    file: 'sign-up.html',
    title: 'Start free · Berthwise',
    description: 'Thirty days, all features, no card.',
  },
  {
    path: '/demo',
    file: 'request-demo.html',
    title: 'Request a demo · Berthwise',
    description: 'Half an hour with somebody who has run a yard.',
  },
  {
    path: '/welcome',
    file: 'welcome.html',
    title: 'Welcome · Berthwise',
    description: 'Your account is ready.',
  },
  {
    path: '/thanks',
    file: 'thanks.html',
    title: 'Thank you · Berthwise',
    description: 'We will be in touch.',
  },
]
