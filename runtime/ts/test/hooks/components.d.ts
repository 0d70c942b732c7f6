declare module '*.svelte' {
  import type { Component } from 'svelte';
  import type { EventsClient } from '../../src/index.ts';

  const component: Component<{ client?: EventsClient; setup: () => () => unknown }>;
  export default component;
}
